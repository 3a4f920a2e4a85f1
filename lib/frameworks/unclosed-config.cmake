# SPDX-License-Identifier: MIT
# find_package(unclosed): unclosed.h and tests that run under unclosed.
#
#   unclosed::unclosed    INTERFACE: the directory of <unclosed/unclosed.h>; nothing is linked
#   UNCLOSED_PROGRAM      the program
#   UNCLOSED_PYTHONPATH   the directory of unclosed_pytest.py
#
#   unclosed_test(TARGET [GTEST] [OPTIONS option…])
#     Tests that run TARGET, add_test(NAME … COMMAND TARGET …), run it under unclosed with these
#     options; with GTEST each leaking test of GoogleTest fails by itself, unedited.
#
#   unclosed_add_test(NAME name COMMAND command [argument…] [OPTIONS option…] [WILL_FAIL])
#     One test under unclosed, of a target or of any other command. WILL_FAIL: the command is to fail,
#     and to leave nothing open.
#
# A project that is not to be edited: cmake -DCMAKE_CROSSCOMPILING_EMULATOR=unclosed, or with CMake 3.29
# and later -DCMAKE_TEST_LAUNCHER=unclosed (options after a semicolon).
#
# A test's own exit status is kept, so SKIP_RETURN_CODE 77 goes on working. The property WILL_FAIL takes
# every failure for a success, a leak's status too: whatever --error-exitcode says, such a test cannot
# fail for a leak. Use WILL_FAIL of unclosed_add_test() in its place.
get_filename_component(_unclosed_prefix "${CMAKE_CURRENT_LIST_DIR}/@UNCLOSED_PREFIX_FROM_CONFIG@" ABSOLUTE)
set(UNCLOSED_PROGRAM "${_unclosed_prefix}/@CMAKE_INSTALL_BINDIR@/unclosed")
set(UNCLOSED_PYTHONPATH "${_unclosed_prefix}/@CMAKE_INSTALL_DATADIR@/unclosed/python")
set(_unclosed_sources "${_unclosed_prefix}/@CMAKE_INSTALL_DATADIR@/unclosed")

if(NOT TARGET unclosed::unclosed)
  add_library(unclosed::unclosed INTERFACE IMPORTED)
  set_target_properties(unclosed::unclosed PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${_unclosed_prefix}/@CMAKE_INSTALL_INCLUDEDIR@")
endif()

function(unclosed_test target)
  cmake_parse_arguments(PARSE_ARGV 1 test "GTEST" "" "OPTIONS")
  set(launcher "${UNCLOSED_PROGRAM}" ${test_OPTIONS} --)
  # From 3.29 on add_test() looks at the emulator only when it really is one (CMP0158).
  if(CMAKE_VERSION VERSION_LESS 3.29)
    set_property(TARGET ${target} PROPERTY CROSSCOMPILING_EMULATOR "${launcher}")
  else()
    set_property(TARGET ${target} PROPERTY TEST_LAUNCHER "${launcher}")
  endif()
  if(test_GTEST)
    target_sources(${target} PRIVATE "${_unclosed_sources}/unclosed_gtest.cc")
    target_link_libraries(${target} PRIVATE unclosed::unclosed)
  endif()
endfunction()

function(unclosed_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 test "WILL_FAIL" "NAME" "COMMAND;OPTIONS")
  list(POP_FRONT test_COMMAND program)
  if(TARGET ${program})
    set(program "$<TARGET_FILE:${program}>")
  endif()
  set(denial)
  if(test_WILL_FAIL)
    set(denial sh -c "! \"$0\" \"$@\"")
  endif()
  add_test(NAME "${test_NAME}"
    COMMAND "${UNCLOSED_PROGRAM}" ${test_OPTIONS} -- ${denial} "${program}" ${test_COMMAND})
endfunction()
