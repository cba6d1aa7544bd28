"""Times an ONNX network as main.swift does its own, by OpenVINO or ONNX Runtime; compare.py asks it.

    onnx_peer.py FILE --engine openvino|onnxruntime --precision bf16|fp32 --batch N --threads N

Needs: pip install numpy openvino onnxruntime
"""

import argparse
import json
import sys
import time

import numpy as np

SIDE = 112


def images(batch):
    """The bytes of main.swift as the network takes them, [n, 3, h, w], and their mirror images."""
    places = np.arange(batch * SIDE * SIDE * 3, dtype=np.int64)
    pixels = ((places * 2654435761 >> 11) & 255).astype(np.float32)
    given = (pixels.reshape(batch, SIDE, SIDE, 3).transpose(0, 3, 1, 2) - 127.5) / 127.5
    return [np.ascontiguousarray(view, np.float32) for view in (given, given[..., ::-1])]


def openvino_network(options):
    import openvino

    core = openvino.Core()
    model = core.read_model(options.file)
    model.reshape([options.batch, 3, SIDE, SIDE])
    compiled = core.compile_model(
        model, "CPU",
        {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "bf16" if options.precision == "bf16" else "f32",
            "INFERENCE_NUM_THREADS": str(options.threads),
        },
    )  # fmt: skip
    request = compiled.create_infer_request()
    version = f"OpenVINO {openvino.__version__.split('-')[0]}"
    return lambda view: request.infer([view], share_inputs=True)[0].astype(np.float32), version


def runtime_network(options):
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    session = onnxruntime.InferenceSession(options.file, settings, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda view: session.run(None, {name: view})[0], f"ONNX Runtime {onnxruntime.__version__}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--engine", choices=["openvino", "onnxruntime"])
    parser.add_argument("--precision", choices=["bf16", "fp32"], default="fp32")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    views = images(options.batch)
    make = openvino_network if options.engine == "openvino" else runtime_network
    began = time.perf_counter()
    network, version = make(options)
    network(views[0])
    loading = time.perf_counter() - began
    print(json.dumps({"ready": True, "version": version, "loading": loading}), flush=True)
    for line in sys.stdin:
        action, argument = line.split(maxsplit=1)
        if action == "write":
            np.save(argument.strip(), np.stack([network(view) for view in views]))
            print(json.dumps({"written": True}), flush=True)
            continue
        began = time.perf_counter()
        for _ in range(int(argument)):
            for view in views:
                network(view)
        print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)


main()
