# SPDX-License-Identifier: MIT
# Turns the assets of the HTML report into C: their bytes, and the hash by which its
# Content-Security-Policy lets them in.
#	cmake -DOUT=FILE.c -DSTYLE=FILE.css -DSCRIPT=FILE.js -P assets.cmake
set(digits ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)

function(base64 hex ret)
	string(LENGTH ${hex} length)
	math(EXPR length "${length} / 2")
	string(APPEND hex 0000)
	set(out "")
	foreach(at RANGE 0 ${length} 3)
		if(at EQUAL length)
			break()
		endif()
		math(EXPR from "${at} * 2")
		string(SUBSTRING ${hex} ${from} 6 three)
		foreach(shift 18 12 6 0)
			math(EXPR six "(0x${three} >> ${shift}) & 63")
			string(SUBSTRING ${digits} ${six} 1 digit)
			string(APPEND out ${digit})
		endforeach()
	endforeach()
	math(EXPR rest "${length} % 3")
	string(LENGTH ${out} chars)
	if(rest EQUAL 1)
		math(EXPR chars "${chars} - 2")
		set(end "==")
	elseif(rest EQUAL 2)
		math(EXPR chars "${chars} - 1")
		set(end "=")
	endif()
	string(SUBSTRING ${out} 0 ${chars} out)
	set(${ret} ${out}${end} PARENT_SCOPE)
endfunction()

set(text "/* Made by cmake/assets.cmake. */\n#include \"reports/html.h\"\n")
foreach(asset STYLE SCRIPT)
	string(TOLOWER ${asset} name)
	# Without the tabs, which only indent: reports have no control characters. Nor with
	# comments, which are for who reads the asset.
	file(READ ${${asset}} content)
	string(REPLACE "\t" "" content "${content}")
	string(REGEX REPLACE "\n//[^\n]*" "" content "${content}")
	string(SHA256 hash "${content}")
	string(HEX "${content}" bytes)
	base64(${hash} hash)
	string(REGEX REPLACE "(..)" "0x\\1," bytes ${bytes})
	string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
		"\\1\n" bytes ${bytes})
	string(APPEND text "\nstatic const unsigned char ${name}[] = {\n${bytes}\n};\n"
		"const struct html_asset html_${name} = {\n"
		"\t(const char *)${name}, sizeof(${name}), \"${hash}\"\n};\n")
endforeach()
file(WRITE ${OUT}.new "${text}")
file(RENAME ${OUT}.new ${OUT})
