import FaceLosses
import Testing

@Suite("AM-Softmax")
struct AMSoftmaxLossTests {
    private static let samples = (1...5).map { Sample.random(seed: $0) } + Sample.adversarial

    @Test("is the cross-entropy with cosθ - m", arguments: samples)
    func value(_ sample: Sample) throws {
        for (m, s) in [(0.35, 30.0), (0.2, 64), (1, 4)] {
            let text = "amsoftmax-paper:m=\(m),s=\(s)"
            let found = try Evaluation(text, sample)
            let expected = Naive.angular(sample, scale: { _ in s }) { $0 - m }
            expectClose(found.loss, expected, tolerance: 1e-12, text)
            #expect(found.state == [.margin: m, .scale: s])
        }
    }

    @Test("has the gradient of its value", arguments: [1, 2, 3])
    func gradient(_ seed: UInt64) throws {
        let sample = Sample.random(seed: seed)
        expectGradients(try Evaluation("amsoftmax-paper:s=16", sample), of: sample) { sample in
            Naive.angular(sample, scale: { _ in 16 }) { $0 - 0.35 }
        }
    }

    @Test("takes m off the target's cosine and nothing else")
    func logits() throws {
        let sample = Sample.random(seed: 4)
        let found = try Evaluation("cosface:m=0.4", sample)
        for (i, label) in sample.labels.enumerated() {
            let expected = found.logits[i].indices.map { j in
                found.logits[i][j] - (j == label ? 64 * 0.4 : 0)
            }
            expectClose(found.marginLogits[i], expected, tolerance: 1e-12, "row \(i)")
        }
    }
}
