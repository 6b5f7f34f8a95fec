"""Runs several nodes in one process: `python -m patrol_ros.process NAME MODULE:CLASS … `.

The nodes spin in a thread of their own while the main thread waits for SIGINT or SIGTERM: an
executor that hangs can then never make the process deaf to signals. A node that raises ends the
process with status 1, and the supervisor starts it anew; it does the same with a process whose
executor has stopped turning, which it tells from the pulse.

The EventsExecutor takes a sixth of the CPU of the others, but its `spin()` must not be called:
in the wheels it waits for a deadline that overflows (C++ `time_point::max()`), so it turns in
circles at 100 % with its queue locked and hears neither events nor signals. With a timeout it
works.
"""

from __future__ import annotations

import argparse
import ctypes
import logging
import os
import signal
import sys
import threading
import time
import traceback
from importlib import import_module

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.experimental import EventsExecutor
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future

from patrol.errors import SunraError
from patrol_ros.node import VehicleNode
from patrol_ros.pulse import Pulse

STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM}
CLOSE_WITHIN_S = 5.0
SPIN_S = 1.0  # between two pulses; any finite time: see above
SUPERVISOR_VARIABLE = "SUNRA_SUPERVISOR_PID"
_PR_SET_PDEATHSIG = 1  # prctl(2)


def die_with_supervisor() -> None:
    """Ask the kernel to kill this process when the supervisor that started it dies."""
    supervisor = os.environ.get(SUPERVISOR_VARIABLE)
    if supervisor is None:
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(supervisor):  # it died before the call
        sys.exit(1)


def load_node(name: str) -> VehicleNode:
    """A node by `module:Class`."""
    module, _, attribute = name.partition(":")
    node: VehicleNode = getattr(import_module(module), attribute)()
    return node


class _Spinner(threading.Thread):
    """Spins the executor; tells the main thread when it ends by itself."""

    def __init__(self, nodes: list[VehicleNode], pulse: Pulse) -> None:
        super().__init__(name="executor", daemon=True)
        self._pulse = pulse
        self.failed = False
        self.stopping = False
        self._executor = EventsExecutor()
        self._end = Future()
        for node in nodes:
            self._executor.add_node(node)

    def run(self) -> None:
        try:
            while not self.stopping and rclpy.ok():
                self._pulse.beat()
                self._executor.spin_until_future_complete(self._end, SPIN_S)
        except ExternalShutdownException:
            pass
        except BaseException:
            self.failed = True
            traceback.print_exc()
        if not self.stopping:
            os.kill(os.getpid(), signal.SIGTERM)

    def stop(self) -> None:
        self.stopping = True
        self._end.set_result(None)
        self._executor.wake()
        self.join(CLOSE_WITHIN_S)


def _close(nodes: list[VehicleNode]) -> None:
    for node in nodes:
        try:
            node.close()
        except Exception:
            traceback.print_exc()


def run(names: list[str], ros_arguments: list[str]) -> int:
    """Run nodes until a signal; 0 for a clean end, 1 when a node raised, 2 for bad settings."""
    pulse = Pulse()
    for number in STOP_SIGNALS:  # a background shell starts its children with SIGINT ignored
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # every thread inherits it
    rclpy.init(args=ros_arguments, signal_handler_options=SignalHandlerOptions.NO)
    nodes: list[VehicleNode] = []
    try:
        for name in names:
            nodes.append(load_node(name))
        for node in nodes:
            node.begin()
    except SunraError as error:
        sys.stderr.write(f"sunra: {error}\n")
        return 2
    spinner = _Spinner(nodes, pulse)
    spinner.start()
    signal.sigwait(STOP_SIGNALS)
    spinner.stop()
    _close(nodes)  # they may still publish
    rclpy.try_shutdown()
    return 1 if spinner.failed else 0


def main() -> None:
    """Command line of a process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="of the process, for logs")
    parser.add_argument("nodes", nargs="+", metavar="MODULE:CLASS")
    parser.add_argument("--nice", type=int, default=0, help="lower this process's priority")
    own = sys.argv[1 : sys.argv.index("--ros-args")] if "--ros-args" in sys.argv else sys.argv[1:]
    arguments = parser.parse_args(own)
    die_with_supervisor()
    if arguments.nice:
        os.nice(arguments.nice)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.Formatter.converter = time.gmtime
    status = run(arguments.nodes, sys.argv)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # a library's thread must not keep a stopped process alive


if __name__ == "__main__":
    main()
