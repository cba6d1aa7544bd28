import FaceStudy
import FaceTraining
import Foundation
import Testing

@Suite("The diagnosis of a step that is not finite")
struct FailureDiagnosisTests {
    /// A failure in which the given tensors are not as they should be.
    private func failure(
        quantity: String = "loss", norms: [Double] = [1, 1.5, 1.2, 0.9, 1.1, 1.3],
        notFinite: Set<String> = [], sizes: [String: Double] = [:]
    ) throws -> StepFailure {
        let names = [
            ("embeddings", "output"), ("logits", "output"), ("backbone.conv.weight", "parameter"),
            ("backbone.bn.running_mean", "statistics"), ("backbone.conv.weight", "gradient"),
            ("loss.weight", "gradient"),
        ]
        let tensors = names.map { name, kind -> [String: Any] in
            [
                "name": name, "kind": kind, "count": 10,
                "notFinite": notFinite.contains("\(kind) \(name)") ? 4 : 0,
                "largest": 2 * (sizes[name] ?? 1), "rootMeanSquare": sizes[name] ?? 1,
            ]
        }
        let before = norms.enumerated().map { step, norm -> [String: Any] in
            ["step": step + 1, "loss": 2, "gradientNorm": norm, "learningRate": 0.1]
        }
        let json: [String: Any] = [
            "quantity": quantity, "step": 7, "epoch": 1, "stepInEpoch": 6, "learningRate": 0.25,
            "batch": [Any](), "before": before, "tensors": tensors,
        ]
        return try JSONDecoder().decode(
            StepFailure.self, from: JSONSerialization.data(withJSONObject: json))
    }

    private func diagnostics(_ failure: StepFailure) -> String {
        FailureDiagnosis(failure).diagnostics.joined(separator: "\n")
    }

    private func advice(_ failure: StepFailure) -> String {
        FailureDiagnosis(failure).advice.joined(separator: "\n")
    }

    @Test("A loss that overflows by itself points to its scale, not to the learning rate")
    func loss() throws {
        let failure = try failure()
        #expect(diagnostics(failure).contains("the loss itself overflowed"))
        #expect(
            diagnostics(failure).contains(
                "steps before it were stable: the gradient norm was between 0.9 and 1.5"))
        #expect(advice(failure).contains("scale or margin"))
        #expect(!advice(failure).contains("learning rate"))
    }

    @Test("A norm that grows is divergence, and names the rate")
    func divergence() throws {
        let failure = try failure(norms: [1, 2, 1, 8, 40, 200])
        #expect(diagnostics(failure).contains("grew 200-fold, to 200, at a learning rate of 0.25"))
        #expect(advice(failure).contains("it was 0.25"))
        #expect(!advice(failure).contains("images of the batch"))
    }

    @Test("Weights that were lost before are said first")
    func weights() throws {
        let failure = try failure(notFinite: ["parameter backbone.conv.weight"])
        let first = FailureDiagnosis(failure).diagnostics.first
        #expect(
            first?.contains("not finite before the step already: 4 of 10 in 'backbone.conv.weight'")
                == true)
    }

    @Test("Weights beyond measure are named")
    func size() throws {
        let failure = try failure(sizes: ["backbone.conv.weight": 1e9])
        #expect(diagnostics(failure).contains("the RMS of 'backbone.conv.weight' is 1e+09"))
        #expect(advice(failure).contains("Lower the learning rate"))
    }

    @Test("The first layer that saw values which are not finite is named")
    func activations() throws {
        let failure = try failure(
            notFinite: ["statistics backbone.bn.running_mean", "output embeddings"])
        #expect(diagnostics(failure).contains("'backbone.bn.running_mean' is the first layer"))
        #expect(diagnostics(failure).contains("The embeddings were NaN or infinite: 4 of 10"))
        #expect(!advice(failure).contains("scale or margin"))
    }

    @Test("Gradients are counted and the one nearest to the image is named")
    func gradients() throws {
        let failure = try failure(
            quantity: "gradient",
            notFinite: ["gradient backbone.conv.weight", "gradient loss.weight"])
        #expect(diagnostics(failure).contains("only the backward pass overflowed"))
        #expect(
            diagnostics(failure).contains(
                "2 of 2 gradients were NaN or infinite; closest to the input: 4 of 10 in 'backbone.conv.weight'"
            ))
    }

    @Test("A failure at the first step is diagnosed too")
    func firstStep() throws {
        #expect(!diagnostics(try failure(norms: [])).isEmpty)
    }
}
