#!/usr/bin/env python3
"""Makes tensorboard-events.base64 with PyPI's tensorboard (its own protocol buffers and writer).

    python3 -m venv venv && venv/bin/pip install tensorboard
    venv/bin/python tensorboard_events.py >tensorboard-events.base64

Four lines: the bytes of a new run's file, of the file of a run that goes on after step 3, of a run's
file for the HParams tab, and of the tab's columns. The
times are 1700000000.25 s and each next event 0.5 s later.
"""

import base64
import io

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2
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
        writer.write(event.SerializeToString(deterministic=True))
    writer.flush()
    return base64.b64encode(buffer.getvalue()).decode()


version = lambda: Event(file_version="brain.Event:2")
print(line([version(), scalars(1, loss=2.5, accuracy=0.1), scalars(300, loss=-1e-3),
            scalars(2**40, name_of_a_length_beyond_what_fits_into_a_single_byte_of_length_that_is_127_bytes_and_so_on_and_so_forth_until_it_is_long_enough_for_two=1)]))
print(line([version(), Event(step=4, session_log=SessionLog(status=SessionLog.START)),
            scalars(4, loss=0.5)]))


def plugin(tag, content=None, **data):
    """A summary as metadata.create_summary_metadata makes it."""
    data = plugin_data_pb2.HParamsPluginData(version=metadata.PLUGIN_DATA_VERSION, **data)
    value = Summary.Value(tag=tag, tensor=metadata.NULL_TENSOR)
    value.metadata.plugin_data.plugin_name = metadata.PLUGIN_NAME
    value.metadata.plugin_data.content = content or data.SerializeToString()
    return Event(summary=Summary(value=[value]))


def sorted_start(start):
    """The bytes of a session's start with its values in the order of their names.

    Protobuf promises no order of a map, and its deterministic one puts a name behind longer ones that
    begin with it. Messages one after another are one message.
    """
    parts = []
    for name in sorted(start.hparams):
        part = plugin_data_pb2.SessionStartInfo()
        part.hparams[name].CopyFrom(start.hparams[name])
        parts.append(part.SerializeToString())
    rest = plugin_data_pb2.SessionStartInfo()
    rest.CopyFrom(start)
    rest.hparams.clear()
    body = b"".join(parts) + rest.SerializeToString()
    # Field 3 of HParamsPluginData: its tag, its length in two bytes, its bytes.
    assert 128 <= len(body) < 1 << 14
    content = bytes([3 << 3 | 2, len(body) & 127 | 128, len(body) >> 7]) + body
    assert plugin_data_pb2.HParamsPluginData.FromString(content).session_start_info == start
    return content


start = plugin_data_pb2.SessionStartInfo(group_name="run 1", start_time_secs=1700000000.75)
start.hparams["loss"].string_value = "arcface"
start.hparams["loss.m"].number_value = 0.5
start.hparams["loss.s"].string_value = "auto"
start.hparams["backbone"].string_value = "b"
start.hparams["sampler"].string_value = "shuffle"
start.hparams["seed"].number_value = 0
start.hparams["train"].string_value = "t"
start.hparams["training.flip"].bool_value = True
start.hparams["training.schedule.milestones"].string_value = "0.4, 0.75"
start.hparams["training.schedule.peak"].number_value = 0.1
end = plugin_data_pb2.SessionEndInfo(
    status=api_pb2.STATUS_FAILURE, end_time_secs=1700000001.75)
print(line([version(), plugin(metadata.SESSION_START_INFO_TAG, sorted_start(start)),
            plugin(metadata.SESSION_END_INFO_TAG, session_end_info=end)]))

experiment = api_pb2.Experiment()


def column(name, kind, *values):
    info = experiment.hparam_infos.add(name=name, type=kind)
    for value in values:
        item = info.domain_discrete.values.add()
        if isinstance(value, bool):
            item.bool_value = value
        else:
            item.string_value = value


column("backbone", api_pb2.DATA_TYPE_STRING, "b")
column("loss", api_pb2.DATA_TYPE_STRING, "arcface", "softmax")
column("loss.m", api_pb2.DATA_TYPE_FLOAT64)
column("loss.s", api_pb2.DATA_TYPE_STRING, "64.0", "auto")
column("seed", api_pb2.DATA_TYPE_FLOAT64)
column("train", api_pb2.DATA_TYPE_STRING, "t")
column("training.flip", api_pb2.DATA_TYPE_BOOL, False, True)
for name, title, kind in [
        ("test/lfw/accuracy", "accuracy on lfw", api_pb2.DATASET_UNKNOWN),
        ("validation/accuracy", "accuracy on held-out people", api_pb2.DATASET_VALIDATION)]:
    experiment.metric_infos.add(
        name=api_pb2.MetricName(tag=name), display_name=title, dataset_type=kind)
print(line([version(), plugin(metadata.EXPERIMENT_TAG, experiment=experiment)]))
