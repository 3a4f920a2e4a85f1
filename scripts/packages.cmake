# SPDX-License-Identifier: MIT
# cpack -G DEB: a package for the Debian that builds it. cpack -G TGZ, of a tree configured with
# UNCLOSED_PORTABLE: a tarball for any place of any system. scripts/package.sh makes both.
set(CPACK_PACKAGE_NAME unclosed)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR unclosed)
set(CPACK_PACKAGE_CONTACT "the maintainers of unclosed <unclosed@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY ${PROJECT_DESCRIPTION})
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_VERBATIM_VARIABLES ON)
# The samples are worth nothing without their line numbers.
set(CPACK_STRIP_FILES OFF)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded when it is there; without it the unwinder of libgcc does all the work.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS libunwind8)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS python3)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "Runs any dynamically linked program, unchanged, and tells which sockets and other file
descriptors it never closed, who opened them, and what shows that this is a mistake. Exit
status 23 makes a CI job fail on it.")

string(TOLOWER ${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR} system)
set(CPACK_PACKAGE_FILE_NAME ${CPACK_PACKAGE_NAME}-${PROJECT_VERSION}-${system})
include(CPack)

install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})

# Where the shells look for completions of what is installed.
install(FILES scripts/completions/unclosed.bash RENAME unclosed
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES scripts/completions/_unclosed DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES scripts/completions/unclosed.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
