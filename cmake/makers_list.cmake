# SPDX-License-Identifier: MIT
# The sources of the rooms that make facts, below @source.
function(makers source ret)
	set(patterns "")
	foreach(room base clang facts kbuild rules)
		list(APPEND patterns ${source}/analyzer/${room}/*.[ch])
	endforeach()
	file(GLOB sources RELATIVE ${source} ${patterns})
	list(SORT sources)
	set(${ret} "${sources}" PARENT_SCOPE)
endfunction()
