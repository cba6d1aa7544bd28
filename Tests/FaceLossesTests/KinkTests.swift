import FaceLosses
import Foundation
import Testing

/// Where a loss has no derivative, its gradient is one of those between the two sides.
@Suite("Kinks")
struct KinkTests {
    /// Two embeddings `degrees` apart for each pair of neighbours, in two dimensions.
    private static func directions(
        _ angles: [Double], labels: [Int], norm: Double = 1, name: String
    ) -> Sample {
        Sample(
            name: name,
            embeddings: angles.map { [norm * cos($0), norm * sin($0)] }, labels: labels,
            weights: [[1, 0], [0, 1], [-1, 0.5]], biases: [0, 0, 0])
    }

    private static func angle(distance: Double) -> Double { 2 * asin(distance / 2) }

    private static let cases: [(String, Sample)] = [
        (
            "probe+contrastive:form=linear",
            directions([0.3, 0.3 + angle(distance: 1)], labels: [0, 1], name: "distance m")
        ),
        (
            "probe+marginal-pairs",
            directions(
                [0.3, 0.3 + angle(distance: 0.9.squareRoot())], labels: [0, 0], name: "θ - ξ")
        ),
        (
            "probe+marginal-pairs",
            directions(
                [0.3, 0.3 + angle(distance: 1.5.squareRoot())], labels: [0, 1], name: "θ + ξ")
        ),
        (
            "probe+triplet:mining=all,alpha=0.2",
            directions(
                [0.1, 0.1 + angle(distance: 0.5), 0.1 - angle(distance: 0.45.squareRoot())],
                labels: [0, 0, 1], name: "a triplet that is just satisfied")
        ),
        (
            "magface:la=2,grad=exact",
            directions([0.3, 2], labels: [0, 1], norm: 2, name: "norm l_a")
        ),
        (
            "probe+range:M=1",
            directions([0.3, 0.3 + angle(distance: 1)], labels: [0, 1], name: "means at √M")
        ),
        (
            "subcenter:k=2,grad=exact",
            Sample(
                name: "two class weights equally near", embeddings: [[1, 0.3, 1], [-1, 2, 0.5]],
                labels: [0, 1], weights: [[1, 0, 0], [0.2, -1, 0.5], [-1, 0.5, 0.3]],
                biases: [0, 0, 0])
        ),
    ]

    @Test("have a gradient between the derivatives of both sides", arguments: cases.indices)
    func between(_ index: Int) throws {
        let (text, sample) = Self.cases[index]
        let gradient = try Evaluation(text, sample).gradients["embeddings"] ?? []
        #expect(gradient.count == sample.embeddings.count * sample.size)
        for (position, found) in gradient.enumerated() {
            func value(_ step: Double) throws -> Double {
                let moved = sample.moving(
                    .embeddings, position / sample.size, position % sample.size, by: step)
                let evaluation = try Evaluation(text, moved)
                // The probe beside a term sees embeddings that it does not train.
                return evaluation.state.record.first { text.contains($0.key) }?.value
                    ?? evaluation.loss
            }
            let (h, here) = (1e-5, try value(0))
            let right = try (4 * value(h) - value(2 * h) - 3 * here) / (2 * h)
            let left = try -(4 * value(-h) - value(-2 * h) - 3 * here) / (2 * h)
            let tolerance = 1e-5 * (1 + abs(left) + abs(right))
            #expect(
                found >= min(left, right) - tolerance && found <= max(left, right) + tolerance,
                "\(text), \(sample.name)[\(position)]: \(found) is not in \(left) ... \(right)")
        }
    }
}
