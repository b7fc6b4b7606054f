# SPDX-License-Identifier: MIT
# The Debian package: cmake --build build/release && cpack --config build/release/CPackConfig.cmake

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME relock)
set(CPACK_PACKAGE_CONTACT "relock's authors <relock@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "finds where BPF code in Linux can take a lock it already holds")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"relock reads a Linux kernel tree, unbuilt, and finds where a BPF program can
make the kernel take a lock that the same CPU already holds. It prints both
runs as one ladder, says which programs can do it, why no guard stops them,
and what would.")
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# What the kernel's own 'make prepare' asks for; none of it with --build and --offline.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS
	"make, gcc, binutils, flex, bison, bc, libelf-dev, libssl-dev, pahole, perl, python3")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "git, sparse, graphviz")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
	OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# Debian wants these two in every package.
set(package_docs ${PROJECT_BINARY_DIR}/package)
file(READ ${PROJECT_SOURCE_DIR}/LICENSE license)
string(REGEX MATCH "Copyright[^\n]*" copyright "${license}")
string(REGEX REPLACE "^Copyright( \\(c\\))? *" "" copyright "${copyright}")
string(REGEX REPLACE "\n\n" "\n.\n" license "${license}")
string(REGEX REPLACE "\n$" "" license "${license}")
string(REPLACE "\n" "\n " license " ${license}")
file(WRITE ${package_docs}/copyright
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: relock

Files: *
Copyright: ${copyright}
License: Expat

License: Expat
${license}
")
find_program(GZIP gzip)
if(GZIP)
	string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
	file(WRITE ${package_docs}/changelog
"relock (${PROJECT_VERSION}) unstable; urgency=medium

  * CHANGELOG.md of the source says what is new.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")
	execute_process(COMMAND ${GZIP} -9nf ${package_docs}/changelog COMMAND_ERROR_IS_FATAL ANY)
	install(FILES ${package_docs}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()
install(FILES ${package_docs}/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
include(CPack)
