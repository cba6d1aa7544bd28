"""Gives an ONNX network's weights other names and another order in the file: rename_weights.py MODEL.onnx

    pip install onnx==1.23.2

Half of the weights become nodes of type Constant, and some pass through Identity, as PyTorch's exporter writes them.
"""
import random
import sys

import onnx
from onnx import helper

path = sys.argv[1]
model = onnx.load(path)
graph = model.graph
random.seed(1)
weights = list(graph.initializer)
random.shuffle(weights)
names = {weight.name: f"onnx::w_{number}" for number, weight in enumerate(weights)}
before = []
del graph.initializer[:]
for number, weight in enumerate(weights):
    name = names[weight.name]
    inner = f"{name}_inner" if number % 3 == 0 else name
    weight.name = inner
    if number % 2 == 0:
        before.append(helper.make_node("Constant", [], [inner], value=weight))
    else:
        graph.initializer.append(weight)
    if inner != name:
        before.append(helper.make_node("Identity", [inner], [name]))
nodes = list(graph.node)
for number, node in enumerate(nodes):
    node.name = ""
    for place, value in enumerate(node.input):
        node.input[place] = names.get(value, value)
del graph.node[:]
graph.node.extend(before + nodes)
onnx.checker.check_model(model)
onnx.save(model, path)
