import FaceLosses
import Foundation
import Torch

// Known by its name from here on, as if it were one of Facet's.
try LossCatalogue.register(StretchedCosineLoss.self)
let specification = try LossSpecification(parsing: "stretched-twice+center")
print(specification)

// Its target's logit, by the same code as `facet losses plot`.
let curve = try TargetCurve(LossSpecification(parsing: "stretched:m=1"))
if let point = curve.points.first(where: { $0.angle > .pi / 3 }) {
    print(String(format: "just past 60 degrees the logit is %.2f", point.logit))
}

// Four clusters of points, and a linear map that must pull them apart.
let initial = InitialWeights(seed: 1)
let centres = initial.child("centres").normal("points", [4, 8], standardDeviation: 1).detached()
let noise = initial.child("noise").normal("points", [64, 8], standardDeviation: 0.3).detached()
let labels = Tensor((0..<64).map { $0 % 4 })
let points = centres.selected(0, labels) + noise
let map = Linear(inputs: 8, outputs: 6, initial: initial.child("map"))
let loss = try LossCatalogue.make(
    specification, classes: 4, embeddingSize: 6, initial: initial.child("head"))
let optimizer = SGD(
    map.state.prefixed("map") + loss.state.prefixed("loss"), options: SGD.Options(weightDecay: 0))
for step in 0..<200 {
    optimizer.clearGradients()
    let output = loss(
        embeddings: map(points, training: true), labels: labels,
        progress: LossProgress(fraction: Double(step) / 200, step: step))
    output.loss.backward()
    optimizer.step(learningRate: 0.02)
}
let correct = withoutGradients {
    let output = loss(
        embeddings: map(points, training: false), labels: labels,
        progress: LossProgress(fraction: 1, step: 200))
    return output.logits.map { ($0.argmax(1) .== labels).sum().item() / 64 } ?? 0
}
print(String(format: "%.0f %% are classified right after 200 steps", correct * 100))
exit(correct >= 0.95 ? 0 : 1)
