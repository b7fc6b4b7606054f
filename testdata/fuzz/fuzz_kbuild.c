// SPDX-License-Identifier: MIT
/* Everything of kbuild/ that reads text which others wrote. The first byte says which reader. */
#include "kbuild/commands.h"
#include "kbuild/kconfig.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kconfig config;
	struct commands c;
	const char *error;
	char *text;

	if (!size)
		return 0;
	text = malloc(size);
	if (!text)
		return 0;
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	commands_init(&c);
	switch (data[0] % 5) {
	case 0:
		commands_add_shell(&c, "/o", text);
		commands_drop_host(&c);
		break;
	case 1:
		commands_add_cmd_line(&c, "/o", text);
		break;
	case 2:
		commands_add_json(&c, text, size - 1, &error);
		break;
	case 3:
		commands_load(&c, text, size - 1);
		break;
	case 4:
		kconfig_parse(&config, text);
		kconfig_release(&config);
		break;
	}
	commands_release(&c);
	free(text);
	return 0;
}
