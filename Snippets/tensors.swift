//! Tensors, a layer, autograd and one step of SGD.

import Torch

let inputs = Tensor([1, 0, 0, 1, 1, 1] as [Float], shape: [3, 2])
let targets = Tensor([1, 2, 3] as [Float], shape: [3, 1])
let layer = Linear(inputs: 2, outputs: 1, initial: InitialWeights(seed: 1))
let optimizer = SGD(layer.state.parameters, options: SGD.Options(momentum: 0.9, weightDecay: 0))

for _ in 0..<200 {
    optimizer.clearGradients()
    let loss = (layer(inputs, training: true) - targets).square().mean()
    loss.backward()
    optimizer.step(learningRate: 0.05)
}
print(layer.weight.array(of: Float.self))  // close to [1, 2]
// snippet.hide
let error = (layer(inputs, training: false) - targets).square().mean().item()
precondition(error < 1e-4, "the mean squared error is \(error)")
