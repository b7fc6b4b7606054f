# SPDX-License-Identifier: MIT
# What facts depend on in relock itself, as a hash: the sources of the rooms that make them. Work on
# any other room leaves every cache as it is.
#	cmake -DOUT=FILE.c -DSOURCE=DIR -P makers.cmake
include(${CMAKE_CURRENT_LIST_DIR}/makers_list.cmake)
makers(${SOURCE} sources)
set(sums "")
foreach(file IN LISTS sources)
	file(SHA256 ${SOURCE}/${file} sum)
	string(APPEND sums "${file} ${sum}\n")
endforeach()
string(SHA256 sum "${sums}")
file(WRITE ${OUT} "/* Made by cmake/makers.cmake. */\n#include \"facts/cache.h\"\n\n"
	"const char facts_makers[] = \"${sum}\";\n")
