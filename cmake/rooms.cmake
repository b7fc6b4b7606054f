# SPDX-License-Identifier: MIT
# A foreign library lives behind one room: fails when another includes its header.
#	cmake -DSOURCE=DIR -P rooms.cmake
function(only_in pattern what allowed)
	foreach(file IN LISTS sources)
		file(STRINGS ${SOURCE}/${file} hits REGEX "^[ \t]*#[ \t]*include[ \t]*[<\"]${pattern}")
		if(hits AND NOT file MATCHES "${allowed}")
			message(SEND_ERROR "${file}: includes ${what}; only ${allowed} may")
		endif()
	endforeach()
endfunction()

file(GLOB_RECURSE sources RELATIVE ${SOURCE} ${SOURCE}/analyzer/*.[ch] ${SOURCE}/reports/*.[ch])
only_in("clang-c/" "libclang" "^analyzer/clang/")
only_in("jansson\\.h" "jansson" "^(reports/|analyzer/base/json\\.)")
only_in("libfyaml\\.h" "libfyaml" "^analyzer/rules/")
only_in("(gelf|libelf|elf)\\.h" "libelf" "^analyzer/evidence/elf\\.")
only_in("xxhash\\.h" "xxhash" "^analyzer/base/hash\\.")
