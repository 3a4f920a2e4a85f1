# SPDX-License-Identifier: MIT
# find_package(unclosed): unclosed.h and tests that run under unclosed.
#
#   unclosed::unclosed    INTERFACE: the directory of <unclosed/unclosed.h>; nothing is linked
#   UNCLOSED_PROGRAM      the program
#   UNCLOSED_PYTHONPATH   the directory of unclosed_pytest.py
#
#   unclosed_test(TARGET [GTEST] [OPTIONS option…])
#     Tests that run TARGET, add_test(NAME … COMMAND TARGET …), run it under unclosed with these
#     options; with GTEST each leaking test of GoogleTest fails by itself, unedited. It stands before
#     gtest_discover_tests(TARGET) and its like, which ask how TARGET is run when they are called.
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

# What asks a program for its tests when it was built writes a file that CTest includes.
function(_unclosed_discovery_find target ret_found)
  get_property(found TARGET ${target} PROPERTY CTEST_DISCOVERED_TEST_COUNTER SET)
  get_target_property(folder ${target} SOURCE_DIR)
  foreach(directory IN LISTS folder CMAKE_CURRENT_SOURCE_DIR)
    get_property(files DIRECTORY "${directory}" PROPERTY TEST_INCLUDE_FILES)
    foreach(file IN LISTS files)
      get_filename_component(name "${file}" NAME)
      string(FIND "${name}" "${target}[" by_counter)
      string(FIND "${name}" "${target}_include" by_word)
      string(FIND "${name}" "${target}-" by_hash)
      if(by_counter EQUAL 0 OR by_word EQUAL 0 OR (by_hash EQUAL 0 AND name MATCHES "_include[^/]*$"))
        set(found TRUE)
      endif()
    endforeach()
  endforeach()
  set(${ret_found} "${found}" PARENT_SCOPE)
endfunction()

function(unclosed_test target)
  cmake_parse_arguments(PARSE_ARGV 1 test "GTEST" "" "OPTIONS")
  if(NOT TARGET ${target})
    message(FATAL_ERROR "unclosed_test(${target}): there is no target of this name here")
  endif()
  get_target_property(original ${target} ALIASED_TARGET)
  if(original)
    set(target ${original})
  endif()
  _unclosed_discovery_find(${target} is_discovered)
  if(is_discovered)
    message(FATAL_ERROR "unclosed_test(${target}) stands behind the call that discovers the tests of "
      "${target} (gtest_discover_tests, say): they would run without unclosed. Put it before that call.")
  endif()
  set(launcher "${UNCLOSED_PROGRAM}" ${test_OPTIONS} --)
  # From 3.29 on add_test() looks at the emulator only when it really is one (CMP0158).
  if(CMAKE_VERSION VERSION_LESS 3.29)
    set_property(TARGET ${target} PROPERTY CROSSCOMPILING_EMULATOR "${launcher}")
  else()
    set_property(TARGET ${target} PROPERTY TEST_LAUNCHER "${launcher}")
  endif()
  if(test_GTEST)
    target_sources(${target} PRIVATE "${_unclosed_sources}/unclosed_gtest.cc")
    # Not by target_link_libraries(): a target takes no keyword there once it was linked without.
    target_include_directories(${target} SYSTEM PRIVATE
      "$<TARGET_PROPERTY:unclosed::unclosed,INTERFACE_INCLUDE_DIRECTORIES>")
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
