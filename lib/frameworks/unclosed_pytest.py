# SPDX-License-Identifier: MIT
"""pytest plugin: a test that leaves sockets open fails, with the line that opened them.

    unclosed pytest -p unclosed_pytest        (PYTHONPATH=PREFIX/share/unclosed/python)

Each test is a scope of unclosed: its call and the setup and teardown of its own, function-scoped
fixtures. What a fixture of a class, a module or the session opens is not the test's. A socket that is
still open afterwards fails the test; so does one that only Python closed, when its last reference went
(the ini option unclosed_gc = ignore leaves these alone). A test that failed, or was expected to, is not
looked at. Nor is what pytest and installed plugins open for themselves, with nothing of the test on the
stack: an event loop kept ready for the next test, say. What counts is what the run counts (unclosed --kinds).
Where suppressions, a baseline, --gate, --fail-tests never or filters decide, no test fails: the report names it,
and unclosed's exit status is the verdict. What the shipped rules name of Python's own fails no test.

    @pytest.mark.unclosed_allow("the pool lives on")    what this test leaves counts nowhere

Without unclosed the plugin does nothing.
"""
import ctypes
import gc
import os
import re
import sys
import sysconfig
import warnings

import _pytest
import pluggy
import pytest
from _pytest.runner import runtestprotocol

EVERYTHING = 2**32 - 1
DETACHED = 2
STANDARD_LIBRARY = (sysconfig.get_path("stdlib"), "<")
# As the shipped rules: helpers that live as long as the process, behind a pipe.
HELPERS = (os.sep + os.path.join("multiprocessing", "resource_tracker.py"),
           os.sep + os.path.join("multiprocessing", "forkserver.py"))
FRAMEWORK = tuple(os.path.dirname(module.__file__) + os.sep for module in (_pytest, pluggy))
INSTALLED = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)
PYTHON_FRAME = re.compile(r'^File "(.*)", line (\d+) in (.*)$')


class Options(ctypes.Structure):
    """struct unclosed_scope_options of unclosed.h"""
    _fields_ = [("name", ctypes.c_char_p), ("framework", ctypes.c_char_p), ("file", ctypes.c_char_p),
                ("line", ctypes.c_uint), ("flags", ctypes.c_uint)]


class Descriptor(ctypes.Structure):
    """struct unclosed_descriptor of unclosed.h"""
    _fields_ = [("size", ctypes.c_size_t), ("fd", ctypes.c_int), ("tid", ctypes.c_uint),
                ("kind", ctypes.c_char_p), ("call", ctypes.c_char_p), ("is_counted", ctypes.c_int),
                ("scope", ctypes.c_uint32), ("scope_name", ctypes.c_char_p),
                ("label", ctypes.c_char_p), ("expected", ctypes.c_char_p),
                ("age_ns", ctypes.c_uint64), ("stack", ctypes.POINTER(ctypes.c_uint64)),
                ("stack_depth", ctypes.c_size_t), ("source", ctypes.c_char_p)]


LIST_FUNCTION = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(Descriptor), ctypes.c_void_p)


def library_find():
    """The functions of unclosed in this process; None when it does not watch it."""
    library = ctypes.CDLL(None)
    try:
        library.unclosed_scope_left.restype = ctypes.c_long
        library.unclosed_scope_left.argtypes = [ctypes.c_uint32]
        library.unclosed_scope_begin_with.restype = ctypes.c_uint32
        library.unclosed_scope_begin_with.argtypes = [ctypes.POINTER(Options)]
        library.unclosed_scope_end_of.restype = ctypes.c_long
        library.unclosed_scope_end_of.argtypes = [ctypes.c_uint32]
        library.unclosed_scope_enter.restype = ctypes.c_uint32
        library.unclosed_scope_enter.argtypes = [ctypes.c_uint32]
        library.unclosed_expect_open.restype = ctypes.c_int
        library.unclosed_expect_open.argtypes = [ctypes.c_int, ctypes.c_char_p]
        library.unclosed_fails_tests.restype = ctypes.c_int
        library.unclosed_list.restype = ctypes.c_long
        library.unclosed_list.argtypes = [ctypes.c_uint32, LIST_FUNCTION, ctypes.c_void_p]
    except AttributeError:
        return None
    return library if library.unclosed_scope_left(EVERYTHING) >= 0 else None


def is_installed(path):
    return any(folder in path for folder in INSTALLED)


def is_standard(path):
    """Does a file lead to code that opens, and is none: the standard library's, and this one?"""
    return path == __file__ or (path.startswith(STANDARD_LIBRARY) and not is_installed(path))


def blame_place(frames, test_path):
    """Where something was opened: "FILE:LINE in FUNCTION"; None when that was pytest or a plugin itself.

    Frames are (file, line, function), the innermost first. From pytest's first one on they only lead to
    the test. A thread has none of these: whatever it runs was started by the test.
    """
    place, is_of_test = None, False
    for path, line, function in frames:
        if path.startswith(FRAMEWORK):
            return place if is_of_test else None
        if is_standard(path):
            continue
        place = place or f"{path}:{line} in {function}"
        is_of_test = is_of_test or path == test_path or not is_installed(path)
    return place or "a place not known"


def frames_of_text(text):
    """The frames that unclosed recorded."""
    for line in (text or b"").decode(errors="replace").splitlines():
        frame = PYTHON_FRAME.match(line)
        if frame:
            yield frame[1], frame[2], frame[3]


def is_helper(text):
    """Was it opened to start one of multiprocessing's helpers?"""
    return any(path.endswith(HELPERS) for path, _, _ in frames_of_text(text))


def frames_running():
    """Those of the function that called the caller of this one."""
    frame = sys._getframe(2)
    while frame:
        yield frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name
        frame = frame.f_back


class Lines:
    """Where sockets were made, for those that are closed by the time they are told of."""

    def __init__(self):
        self.lines = {}
        self.test_path = None
        sys.addaudithook(self.hear)

    def clear(self, test_path):
        self.lines.clear()
        self.test_path = test_path

    def hear(self, event, arguments):
        if event == "socket.__new__":
            self.lines[id(arguments[0])] = blame_place(frames_running(), self.test_path)


class Watch:
    """One test."""

    def __init__(self, plugin, item):
        file, line, _ = item.location
        self.plugin = plugin
        self.path = str(item.path)
        self.lost = []
        self.scope = plugin.library.unclosed_scope_begin_with(ctypes.byref(Options(
            os.fsencode(item.nodeid), b"pytest", os.fsencode(file), (line or 0) + 1, 0)))

    def hear_lost(self, caught):
        """Sockets that Python closed, out of the warnings; all others go on to pytest."""
        for warning in caught:
            if issubclass(warning.category, ResourceWarning) and \
                    str(warning.message).startswith("unclosed <"):
                place = self.plugin.lines.lines.get(id(warning.source), "a place not known")
                if place:
                    self.lost.append((str(warning.message)[len("unclosed "):], place))
            else:
                warnings.warn_explicit(message=warning.message, category=warning.category,
                                       filename=warning.filename, lineno=warning.lineno,
                                       source=warning.source)

    def end(self, allowed):
        """Returns a line for each descriptor that is left, or was lost; none when the test is allowed to."""
        told, expected = [], []

        def tell(found, _):
            descriptor = found.contents
            place = blame_place(frames_of_text(descriptor.source), self.path)
            if not place:
                expected.append((descriptor.fd, "opened by pytest or a plugin of it"))
            elif allowed is not None:
                expected.append((descriptor.fd, allowed))
            elif descriptor.is_counted and not is_helper(descriptor.source):
                told.append(f"{descriptor.kind.decode()} {descriptor.fd} was left open, "
                            f"opened at {place}")
            return 0

        self.plugin.library.unclosed_list(self.scope, LIST_FUNCTION(tell), None)
        for number, reason in expected:
            self.plugin.library.unclosed_expect_open(number, reason.encode())
        self.plugin.library.unclosed_scope_end_of(self.scope)
        if self.plugin.is_gc_counted and allowed is None:
            told += [f"{what} was lost and closed by Python, opened at {place}"
                     for what, place in self.lost]
        return told


class Plugin:
    def __init__(self, library, is_gc_counted):
        self.library = library
        self.is_gc_counted = is_gc_counted
        self.lines = Lines()
        self.watch = None

    def phase(self):
        """Around setup, call and teardown of a test."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ResourceWarning)
            yield
            # In a cycle of references it is lost as well; looking for those is slow.
            if self.watch and self.library.unclosed_scope_left(self.watch.scope) > 0:
                gc.collect()
        if self.watch:
            self.watch.hear_lost(caught)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_setup(self, item):
        yield from self.phase()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item):
        yield from self.phase()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_teardown(self, item, nextitem):
        yield from self.phase()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef, request):
        """What lives longer than the test is not the test's."""
        if fixturedef.scope == "function":
            yield
            return
        scope = self.library.unclosed_scope_begin_with(ctypes.byref(Options(
            f"{fixturedef.scope} fixture {fixturedef.argname}".encode(), None, None, 0, DETACHED)))
        before = self.library.unclosed_scope_enter(scope)
        yield
        self.library.unclosed_scope_enter(before)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        """As pytest's own, but the report of the call waits for the teardown."""
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        self.lines.clear(str(item.path))
        self.watch = Watch(self, item)
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
        told = self.watch.end(allowed_why(item))
        self.watch = None
        if told and self.library.unclosed_fails_tests():
            blame(reports, told)
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True


def allowed_why(item):
    """The reason that a test has for leaving descriptors; None: it has to close them."""
    marker = item.get_closest_marker("unclosed_allow")
    if not marker:
        return None
    return str(marker.kwargs.get("reason", marker.args[0] if marker.args else "unclosed_allow"))


def line_shown(text):
    """A line without what steers a terminal, or would be a command to a CI service that reads the log."""
    text = "".join(letter if letter.isprintable() else
                   letter.encode("unicode_escape", "surrogatepass").decode() for letter in text)
    return re.sub(r"##(?=[A-Za-z]*\[)", r"\\x23#", text)


def blame(reports, told):
    """Let the test fail, unless it has failed by itself or was expected to."""
    if not all(report.passed for report in reports):
        return
    for report in reports:
        if report.when == "call" and not hasattr(report, "wasxfail"):
            report.outcome = "failed"
            report.longrepr = "\n".join(["unclosed: this test leaves something open",
                                           *map(line_shown, told)])


def pytest_addoption(parser):
    parser.addini("unclosed_gc", "sockets that only Python closed: fail (default) or ignore",
                  default="fail")


def pytest_configure(config):
    config.addinivalue_line("markers", "unclosed_allow(reason): may leave descriptors open")
    library = library_find()
    if library:
        config.pluginmanager.register(Plugin(library, config.getini("unclosed_gc") != "ignore"),
                                      "unclosed")
