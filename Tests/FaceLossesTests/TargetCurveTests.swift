import FaceLosses
import Foundation
import Testing

@Suite("Curves of the target's logit")
struct TargetCurveTests {
    private func curve(_ text: String) throws -> [TargetCurve.Point] {
        try TargetCurve(LossSpecification(parsing: text)).points
    }

    /// psi of A-Softmax with λ 5, which the default reaches.
    private static func sphere(_ angle: Double) -> Double {
        let k = min(3, Int(angle * 4 / .pi))
        return (5 * cos(angle) + (k % 2 == 0 ? 1 : -1) * cos(4 * angle) - 2 * Double(k)) / 6
    }

    @Test("are the equations of the papers")
    func values() throws {
        let expected: [(String, (Double) -> Double)] = [
            ("softmax", { cos($0) }),
            ("amsoftmax", { cos($0) - 0.35 }),
            ("arcface:fallback=none", { cos($0 + 0.5) }),
            (
                "arcface",
                { $0 + 0.5 < .pi ? cos($0 + 0.5) : cos($0) - 0.5 * sin(0.5) }
            ),
            ("asoftmax", Self.sphere), ("lsoftmax:m=4", Self.sphere),
            ("sphereface-r", { cos(min(.pi, 1.5 * $0)) }),
            ("combined-paper", { cos($0 + 0.3) - 0.2 }),
            ("l2softmax", { cos($0) }),
            ("softmargin:m=5", { cos($0) - 5 / 512.0.squareRoot() }),
            ("uniface", { cos($0) - 0.4 }),
            ("circle", { (1.25 - cos($0)) * (cos($0) - 0.75) }),
        ]
        for (text, function) in expected {
            for point in try curve(text) {
                expectClose(point.logit, function(point.angle), tolerance: 1e-6, text)
            }
        }
    }

    @Test("have the gradient that trains: the slope, or without the margin's part")
    func gradients() throws {
        for (text, derivative) in [
            ("arcface:grad=exact,fallback=none", { -sin($0 + 0.5) }),
            ("arcface:fallback=none", { -sin($0) }), ("amsoftmax", { -sin($0) }),
            ("sphereface-r", { -sin($0) }),
        ] as [(String, (Double) -> Double)] {
            for point in try curve(text) {
                expectClose(point.gradient, derivative(point.angle), tolerance: 1e-6, text)
            }
        }
    }

    /// Logits that grow again past π with `none`, that jump with an easy margin, and Circle's.
    @Test(
        "fall with the angle wherever a loss claims it",
        arguments: Losses.descriptors.filter { !$0.joinsClassification }.map(\.name)
            .filter { !["circle", "elasticface"].contains($0) } + [
                "elasticface:sigma=0", "arcface-paper", "insightface-mxnet", "subcenter-paper",
                "curricular-paper", "adaface-paper", "opensphere-sphereface", "sphereface",
                "pml-sphereface", "pml-lsoftmax", "opensphere-arcface",
            ])
    func monotonic(_ text: String) throws {
        let logits = try curve(text).map(\.logit)
        #expect(zip(logits, logits.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(logits[0] > logits[90] && logits[90] > (logits.last ?? 0))
    }

    @Test("are drawn for a classification with terms, not for terms alone")
    func terms() throws {
        #expect(try curve("arcface+center") == curve("arcface"))
        let error = #expect(throws: FaceLossesError.noTargetLogit("softmax+triplet")) {
            _ = try TargetCurve(LossSpecification(parsing: "triplet"))
        }
        #expect(error?.description.contains("depend on pairs or centres") == true)
    }
}
