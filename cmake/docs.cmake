# SPDX-License-Identifier: MIT
# Man pages (with gzip, as Debian has them, where there is one) and completion.
#	cmake -DRELOCK=FILE -DDOCS=DIR -P docs.cmake
file(REMOVE_RECURSE ${DOCS}/man)
execute_process(COMMAND ${RELOCK} help --man ${DOCS}/man COMMAND_ERROR_IS_FATAL ANY)
find_program(GZIP gzip)
if(GZIP)
	file(GLOB_RECURSE pages ${DOCS}/man/*)
	execute_process(COMMAND ${GZIP} -9n ${pages} COMMAND_ERROR_IS_FATAL ANY)
endif()
foreach(shell bash zsh fish)
	execute_process(COMMAND ${RELOCK} help --completion ${shell} OUTPUT_FILE
		${DOCS}/relock.${shell} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(TOUCH ${DOCS}/stamp)
