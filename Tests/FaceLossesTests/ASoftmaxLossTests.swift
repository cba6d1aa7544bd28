import FaceLosses
import Foundation
import Testing

@Suite("A-Softmax")
struct ASoftmaxLossTests {
    /// The angles at which ψ changes from one piece to the next, and both sides.
    private static let boundaries = [2, 3, 4].map { m in
        Sample.angles(
            (0...m).flatMap { j in
                [-1e-7, 0, 1e-7].map { max(0, min(.pi, Double(j) * .pi / Double(m) + $0)) }
            }, name: "about multiples of π/\(m)")
    }
    private static let samples =
        (1...5).map { Sample.random(seed: $0) } + Sample.adversarial + boundaries

    /// ψ by the equation.
    private static func psi(_ cosine: Double, m: Int) -> Double {
        let angle = acos(cosine)
        let k = min(Double(m) - 1, (Double(m) * angle / .pi).rounded(.down))
        return (k.truncatingRemainder(dividingBy: 2) == 0 ? 1 : -1) * cos(Double(m) * angle) - 2 * k
    }

    private static func loss(
        _ sample: Sample, frozen: Sample? = nil, m: Int, lambda: Double
    ) -> Double {
        Naive.angular(sample, frozen: frozen, scale: Naive.norm) { cosine in
            (lambda * cosine + psi(cosine, m: m)) / (1 + lambda)
        }
    }

    @Test("is the cross-entropy with |x| (λ cosθ + ψ(θ)) / (1 + λ)", arguments: samples, 1...4)
    func value(_ sample: Sample, _ m: Int) throws {
        for lambda in [0.0, 5, 1000] {
            let text = "sphereface:m=\(m),base=\(lambda),min=\(lambda)"
            let found = try Evaluation(text, sample)
            let expected = Self.loss(sample, m: m, lambda: lambda)
            expectClose(found.loss, expected, tolerance: 1e-9, text)
            #expect(found.state == [.lambda: lambda])
        }
    }

    @Test("has the gradient of its value", arguments: 1...4, 1...4)
    func exactGradient(_ seed: UInt64, _ m: Int) throws {
        let sample = Sample.random(seed: seed)
        let found = try Evaluation("sphereface:m=\(m),base=2,min=2", sample)
        expectGradients(found, of: sample) { Self.loss($0, m: m, lambda: 2) }
    }

    @Test("has, detached, the gradient of its value with the displacement held", arguments: 1...4)
    func detachedGradient(_ seed: UInt64) throws {
        let sample = Sample.random(seed: seed)
        let found = try Evaluation("sphereface:grad=detached,base=2,min=2", sample)
        expectGradients(found, of: sample) { Self.loss($0, frozen: sample, m: 4, lambda: 2) }
    }

    @Test("has a target that falls with the angle over all of 0 ... π", arguments: 1...4)
    func monotonic(_ m: Int) throws {
        let sample = Sample.angles(
            Array(stride(from: 0.01, to: 3.14, by: 0.01)), name: "all angles")
        let found = try Evaluation("asoftmax:m=\(m)", sample)
        let targetCosines = zip(found.marginLogits, sample.labels).map { $0[$1] }
        #expect(zip(targetCosines, targetCosines.dropFirst()).allSatisfy { $0 > $1 })
    }

    @Test(
        "λ falls geometrically over the first half of the run",
        arguments: [(0.0, 1000), (0.25, (1001.0 * 6).squareRoot() - 1), (0.5, 5), (0.9, 5)])
    func geometric(_ fraction: Double, _ lambda: Double) throws {
        let found = try Evaluation("asoftmax", .random(seed: 1), fraction: fraction)
        expectClose(found.state[.lambda] ?? .nan, lambda, tolerance: 1e-12)
    }

    @Test(
        "λ falls as the authors' code says, by steps",
        arguments: [(0, 1000 / 1.12), (99, 1000.0 / 13), (1657, 1000 / 199.96), (1658, 5)])
    func steps(_ step: Int, _ lambda: Double) throws {
        let found = try Evaluation("sphereface", .random(seed: 1), step: step)
        expectClose(found.state[.lambda] ?? .nan, lambda, tolerance: 1e-12)
    }

    @Test("λ may end at 0 and may be constant from the start")
    func limits() throws {
        let sample = Sample.random(seed: 1)
        #expect(try Evaluation("asoftmax:min=0", sample).state == [.lambda: 0])
        #expect(try Evaluation("asoftmax:until=0", sample, fraction: 0).state == [.lambda: 5])
    }
}
