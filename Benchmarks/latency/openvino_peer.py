"""OpenVINO's own latency of one image, for compare.py.

    openvino_peer.py MODEL.onnx THREADS SECONDS

One request at a time with the hint LATENCY and float32, as `benchmark_app -hint latency -nireq 1 -api sync` does it,
which tells no 99th percentile. Prints milliseconds as one JSON object.
"""
import json
import sys
import time

import numpy as np
import openvino


def main():
    path, threads, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    core = openvino.Core()
    model = core.read_model(path)
    shape = [1] + [size.get_length() for size in list(model.inputs[0].partial_shape)[1:]]
    model.reshape(shape)
    request = core.compile_model(model, "CPU", {
        "PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32",
    }).create_infer_request()
    kind = model.inputs[0].element_type.to_dtype()
    image = np.random.default_rng(1).integers(0, 256, shape).astype(kind)
    request.set_input_tensor(openvino.Tensor(image))
    for _ in range(20):
        request.infer()
    times, start = [], time.perf_counter()
    while time.perf_counter() - start < seconds:
        before = time.perf_counter()
        request.infer()
        times.append(1000 * (time.perf_counter() - before))
    times.sort()
    print(json.dumps({"p50": times[len(times) // 2], "p99": times[len(times) * 99 // 100], "calls": len(times)}))


main()
