"""Checks an exported network: check_onnx.py MODEL.onnx INPUT.npy OUTPUT.npy

    pip install onnx==1.23.2 onnxruntime==1.32.0 numpy

The file must pass onnx's full check, and ONNX Runtime must compute OUTPUT from INPUT, to 1e-4 of its largest
value. Exit code 1 where not.
"""
import sys

import numpy as np
import onnx
import onnxruntime

model, given, expected = sys.argv[1:]
onnx.checker.check_model(model, full_check=True)
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
made = session.run(None, {session.get_inputs()[0].name: np.load(given)})[0]
expected = np.load(expected)
difference = np.abs(made - expected).max() / np.abs(expected).max()
print(f"{model}: opset {onnx.load(model).opset_import[0].version}, difference {difference:.1e}")
sys.exit(not difference < 1e-4)
