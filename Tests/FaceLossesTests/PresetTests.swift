import FaceLosses
import Foundation
import Testing
import Torch

/// What presets take from the code of others, by numbers that the code gives.
@Suite("Presets of losses")
struct PresetTests {
    /// The README of L-Softmax: base 1000, gamma 0.000025, power 35, lambda_min 0.
    @Test("anneal L-Softmax as its authors do", arguments: [0, 9999, 39999, 10_000_000])
    func lSoftmax(_ step: Int) throws {
        let found = try Evaluation("lsoftmax-paper", .random(seed: 1), step: step)
        let expected = 1000 * pow(1 + 2.5e-5 * Double(step + 1), -35)
        let lambda = try #require(found.state[.lambda])
        #expect(abs(lambda - expected) <= 1e-12 * expected)
        if step == 9999 { #expect(abs(lambda - 0.4056) < 1e-3) }
    }

    @Test("let AdaCos's scale pass 64 as FaceX-Zoo does, and not by default")
    func adaCos() throws {
        var sample = Sample.random(seed: 2, count: 8, classes: 50)
        sample.embeddings = sample.embeddings.map { _ in sample.embeddings[0] }
        sample.weights = sample.weights.map { _ in sample.embeddings[0] }
        func scale(_ name: String) throws -> Double {
            let loss = try HeadEvaluation.make(name, sample, nil, type: .float64)
            var scale = 0.0
            for _ in 0..<30 {
                scale = HeadEvaluation(loss, sample, type: .float64).state[.scale] ?? 0
            }
            return scale
        }
        #expect(try scale("adacos") == 64)
        // s <- s + ln 49, for all cosines and the median's are 1, as long as π/4 is not passed.
        let start = 2.0.squareRoot() * log(49)
        #expect(abs(try scale("facexzoo-adacos") - (start + 30 * log(49))) < 1e-6)
    }

    @Test("give MV-Softmax the margin only for positive cosines, as SV-X-Softmax does")
    func mvSoftmax() throws {
        let sample = Sample.angles([0.5, 1.4, 1.6, 2, 3], name: "both sides of 90 degrees")
        let found = try Evaluation("svx-mvsoftmax", sample)
        for (i, angle) in [0.5, 1.4, 1.6, 2, 3].enumerated() {
            let lowered = angle < .pi / 2 ? cos(angle) - 0.35 : cos(angle)
            expectClose(found.marginLogits[i][sample.labels[i]], 32 * lowered, tolerance: 1e-12)
            // 90 degrees from the non-target class weights but one: harder than cosθ - m or not.
            let other = (sample.labels[i] + 2) % 5
            let isHard = 0 > cos(angle) - 0.35
            expectClose(
                found.marginLogits[i][other], isHard ? 32 * 0.2 : 0, tolerance: 1e-12, "other")
        }
    }

    @Test("have OpenSphere's factor of the angle")
    func sphereFace() throws {
        let found = try Evaluation(
            "opensphere-sphereface", .angles([0.3, 1], name: "two angles"))
        expectClose(found.marginLogits[0][0], 30 * cos(1.7 * 0.3), tolerance: 1e-12)
    }

    /// The bias at which the yes and all noes pull alike at 90 degrees, where e^(-2 r m) is 0.
    @Test(
        "start SphereFace2's bias in balance for any scale", arguments: [1, 2, 3, 100],
        ["r=1000,m=1", "r=1000", "r=40", "r=1000,lambda=0.5", "r=1,m=0"])
    func balance(_ classes: Int, _ settings: String) throws {
        let specification = try LossSpecification(parsing: "sphereface2:" + settings)
        let loss = try LossCatalogue.make(
            specification, classes: classes, embeddingSize: 4,
            initial: InitialWeights(seed: 1, path: "head", type: .float64))
        let bias = try #require(loss.state.first { $0.name == "bias" }).tensor.item()
        func number(_ name: String) -> Double {
            if case .number(let number)? = specification.resolvedValues[name] { number } else { 0 }
        }
        func logSigmoid(_ x: Double) -> Double { min(0, x) - log1p(exp(-abs(x))) }
        let similarity = 2 * pow(0.5, number("t")) - 1
        let (r, m, balance) = (number("r"), number("m"), number("lambda"))
        let yes = log(balance) + logSigmoid(-(r * (similarity - m) + bias))
        let no =
            log((1 - balance) * Double(max(1, classes - 1)))
            + logSigmoid(r * (similarity + m) + bias)
        #expect(abs(yes - no) < 1e-9 * (1 + abs(yes)), "\(bias): \(yes) and \(no)")
    }
}
