# SPDX-License-Identifier: MIT
# What facts, or results, depend on in relock itself, as a hash: the sources that make them. Work on
# anything else leaves every cache as it is.
#	cmake -DOUT=FILE.c -DSOURCE=DIR -DOF=facts|result -DHEADER=H -P makers.cmake
include(${CMAKE_CURRENT_LIST_DIR}/makers_list.cmake)
makers(${SOURCE} ${OF} sources)
set(sums "")
foreach(file IN LISTS sources)
	file(SHA256 ${SOURCE}/${file} sum)
	string(APPEND sums "${file} ${sum}\n")
endforeach()
string(SHA256 sum "${sums}")
file(WRITE ${OUT} "/* Made by cmake/makers.cmake. */\n#include \"${HEADER}\"\n\n"
	"const char ${OF}_makers[] = \"${sum}\";\n")
