#!/usr/bin/env python3
"""Makes tensorboard-events.base64 with PyPI's tensorboard (its own protocol buffers and writer).

    python3 -m venv venv && venv/bin/pip install tensorboard
    venv/bin/python tensorboard_events.py >tensorboard-events.base64

Two lines: the bytes of a new run's file, and of the file of a run that goes on after step 3. The
times are 1700000000.25 s and each next event 0.5 s later.
"""

import base64
import io

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter


def scalars(step, **values):
    summary = Summary(
        value=[Summary.Value(tag=tag, simple_value=v) for tag, v in values.items()])
    return Event(step=step, summary=summary)


def line(events):
    buffer = io.BytesIO()
    buffer.close = lambda: None
    writer = RecordWriter(buffer)
    for number, event in enumerate(events):
        event.wall_time = 1700000000.25 + 0.5 * number
        writer.write(event.SerializeToString())
    writer.flush()
    return base64.b64encode(buffer.getvalue()).decode()


version = lambda: Event(file_version="brain.Event:2")
print(line([version(), scalars(1, loss=2.5, accuracy=0.1), scalars(300, loss=-1e-3),
            scalars(2**40, name_of_a_length_beyond_what_fits_into_a_single_byte_of_length_that_is_127_bytes_and_so_on_and_so_forth_until_it_is_long_enough_for_two=1)]))
print(line([version(), Event(step=4, session_log=SessionLog(status=SessionLog.START)),
            scalars(4, loss=0.5)]))
