import FaceLosses
import Foundation
import Testing

@Suite("ArcFace")
struct ArcFaceLossTests {
    /// The angles at which θ + m passes π, from both sides.
    private static let boundary = Sample.angles(
        [.pi - 0.5 - 1e-6, .pi - 0.5 + 1e-6, .pi - 0.25, 1e-2, 3], name: "about θ + m = π")
    private static let samples =
        (1...5).map { Sample.random(seed: $0) } + Sample.adversarial + [boundary]

    /// The target's cosine by the equation.
    private static func target(_ cosine: Double, m: Double, beyond: String) -> Double {
        let angle = acos(cosine)
        if angle + m < .pi || beyond == "none" { return cos(angle + m) }
        return beyond == "clamp" ? -1 : cosine - m * sin(m)
    }

    @Test(
        "is the cross-entropy with cos(θ + m)", arguments: samples, ["monotonic", "clamp", "none"])
    func value(_ sample: Sample, _ beyond: String) throws {
        for (m, s) in [(0.5, 64.0), (0.5, 4), (0.1, 30), (1.5, 8)] {
            let text = "arcface-paper:m=\(m),s=\(s),fallback=\(beyond)"
            let found = try Evaluation(text, sample)
            let expected = Naive.angular(sample, scale: { _ in s }) {
                Self.target($0, m: m, beyond: beyond)
            }
            expectClose(found.loss, expected, tolerance: 1e-9, text)
            #expect(found.state == [.margin: m, .scale: s])
        }
    }

    @Test("has the gradient of its value", arguments: 1...4, ["monotonic", "clamp", "none"])
    func exactGradient(_ seed: UInt64, _ beyond: String) throws {
        let sample = Sample.random(seed: seed)
        let found = try Evaluation("arcface-paper:s=16,fallback=\(beyond)", sample)
        expectGradients(found, of: sample) { sample in
            Naive.angular(sample, scale: { _ in 16 }) { Self.target($0, m: 0.5, beyond: beyond) }
        }
    }

    @Test("has, detached, the gradient of its value with the displacement held", arguments: 1...4)
    func detachedGradient(_ seed: UInt64) throws {
        let sample = Sample.random(seed: seed)
        let found = try Evaluation("arcface-paper:s=16,grad=detached", sample)
        expectGradients(found, of: sample) { moved in
            Naive.angular(moved, frozen: sample, scale: { _ in 16 }) {
                Self.target($0, m: 0.5, beyond: "monotonic")
            }
        }
    }

    @Test("falls with the angle over all of 0 ... π, unless that is turned off")
    func monotonic() throws {
        let angles = Array(stride(from: 0.01, to: 3.14, by: 0.01))
        let sample = Sample.angles(angles, name: "all angles")
        func targetCosines(_ beyond: String) throws -> [Double] {
            let found = try Evaluation("arcface-paper:fallback=\(beyond)", sample)
            return zip(found.marginLogits, sample.labels).map { $0[$1] }
        }
        let monotonic = try targetCosines("monotonic")
        #expect(zip(monotonic, monotonic.dropFirst()).allSatisfy { $0 > $1 })
        let clamped = try targetCosines("clamp")
        #expect(zip(clamped, clamped.dropFirst()).allSatisfy { $0 >= $1 })
        let plain = try targetCosines("none")
        #expect(plain.last.map { $0 > (plain.min() ?? 0) + 1 } == true)
    }

    @Test("reaches the paper's constants in the course of the default run")
    func schedule() throws {
        let sample = Sample.random(seed: 1, classes: 4)
        let start = try Evaluation("arcface:s=64", sample, fraction: 0)
        let middle = try Evaluation("arcface:s=64", sample, fraction: 0.25)
        let end = try Evaluation("arcface:s=64", sample, fraction: 1)
        #expect(start.state[.margin] == 0)
        #expect(middle.state[.margin] == 0.25)
        #expect(end.state == [.margin: 0.5, .scale: 64])
    }
}
