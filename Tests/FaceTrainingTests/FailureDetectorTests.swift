import FaceLosses
import Foundation
import Testing

@testable import FaceTraining

/// Sequences of what steps say, made up and recorded.
@Suite("Known failures")
struct FailureDetectorTests {
    /// What is found in a run of 100 steps an epoch with batches of 128.
    private func found(
        classes: Int = 500, steps: Int = 1200, diagnosis: LossDiagnosis = LossDiagnosis(),
        guessing: Double? = nil,
        loss: (Int) -> Double, accuracy: (Int) -> Double, scale: (Int) -> Double? = { _ in nil }
    ) -> [TrainingDiagnostic] {
        var detector = FailureDetector()
        return (1...steps).flatMap { step in
            detector.observe(
                FailureDetector.Step(
                    step: step, epoch: (step - 1) / 100 + 1, loss: loss(step),
                    correct: Int((accuracy(step) * 128).rounded()), images: 128,
                    scale: scale(step), endsEpoch: step % 100 == 0),
                classes: classes, guessing: guessing, diagnosis: diagnosis)
        }
    }

    /// One image of 500 is right by chance: one in about four batches.
    private func chance(_ step: Int) -> Double { step % 4 == 0 ? 1.0 / 128 : 0 }

    @Test("a loss that does not leave its start is reported once, after two epochs and 400 steps")
    func stuck() throws {
        let diagnostics = found(loss: { 6.3 + 0.05 * sin(Double($0)) }, accuracy: chance)
        #expect(diagnostics.map(\.kind) == [.stuck])
        let diagnostic = try #require(diagnostics.first)
        #expect(diagnostic.step == 400 && diagnostic.epoch == 4 && diagnostic.classes == 500)
        // The means of the last fifty steps, of whose 6,400 images 13 are right.
        let loss = (351...400).reduce(0.0) { $0 + 6.3 + 0.05 * sin(Double($1)) } / 50
        #expect(abs(diagnostic.loss - loss) < 1e-9 && diagnostic.accuracy == 13.0 / 6400)
        #expect(
            diagnostic.description.hasPrefix(
                "after step 400 (epoch 4) the loss, 6.3, has not left its starting value and 0.20 %"
            ))
        #expect(diagnostic.description.contains("lower the learning rate"))
    }

    @Test("an epoch whose mean loss is above that of guessing is reported once, at its end")
    func roseAboveGuessing() throws {
        // Real epochs of softmax on 500 people: 6.38, 5.84 and on.
        let diagnostics = found(
            guessing: log(500), loss: { 6.69 - 0.3 * Double(($0 - 1) / 100) },
            accuracy: { Double($0) / 1300 })
        #expect(diagnostics.map(\.kind) == [.roseAboveGuessing])
        let diagnostic = try #require(diagnostics.first)
        #expect(diagnostic.step == 100 && diagnostic.epoch == 1)
        #expect(abs(diagnostic.loss - 6.69) < 1e-9 && diagnostic.guessing == log(500))
        #expect(
            diagnostic.description.contains(
                "the loss was above chance level for an epoch: its mean, 6.69, is more than "
                    + "6.21"))
        // A loss without such a value, one that is no more than a hundredth above, and a high start
        // that is made up for within the epoch.
        func isDetected(_ guessing: Double?, _ loss: (Int) -> Double) -> Bool {
            found(guessing: guessing, loss: loss, accuracy: { Double($0) / 1300 }).contains {
                $0.kind == .roseAboveGuessing
            }
        }
        #expect(!isDetected(nil) { _ in 6.69 })
        #expect(!isDetected(log(500)) { _ in 1.009 * log(500) })
        #expect(!isDetected(log(500)) { $0 <= 20 ? 9 : 5.4 })
    }

    @Test("a detector of a former version's checkpoint is read")
    func formerVersion() throws {
        var detector = FailureDetector()
        _ = detector.observe(
            FailureDetector.Step(step: 1, epoch: 1, loss: 2, correct: 0, images: 8, scale: nil),
            classes: 3, diagnosis: LossDiagnosis())
        let text = String(decoding: try JSONEncoder().encode(detector), as: UTF8.self)
        var members = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(members.removeValue(forKey: "epochMean") != nil)
        let former = try JSONSerialization.data(withJSONObject: members)
        #expect(throws: Never.self) {
            try JSONDecoder().decode(FailureDetector.self, from: former)
        }
    }

    @Test("a saturated softmax is recognised from its scale")
    func scaleTooLarge() throws {
        let diagnostics = found(loss: { _ in 37 }, accuracy: chance, scale: { _ in 64 })
        #expect(diagnostics.map(\.kind) == [.scaleTooLarge])
        #expect(
            diagnostics[0].description.contains("a scale of 64 where 8.79 suits 500 classes"))
    }

    @Test("A-Softmax at ln(classes) has shrunk its embeddings")
    func shrunk() throws {
        let diagnostics = found(
            diagnosis: LossDiagnosis(collapse: "take grad=detached"),
            loss: { max(log(500), 9 - Double($0) / 50) }, accuracy: chance)
        #expect(diagnostics.map(\.kind) == [.shrunk])
        #expect(diagnostics[0].description.contains("ln(500) = 6.21"))
    }

    @Test("-ln(1e-30) is reported after 20 steps, without classes too")
    func floor() throws {
        let diagnostics = found(steps: 40, loss: { _ in 69.0776 }, accuracy: { _ in 0 })
        #expect(diagnostics.map(\.kind) == [.noProbability])
        #expect(diagnostics[0].step == 20)
        #expect(diagnostics[0].description.contains("69.08, which is -ln(1e-30)"))
    }

    @Test("a scale that is too small is reported with the bound, one that grows is not")
    func scaleTooSmall() {
        func run(_ scale: @escaping (Int) -> Double?) -> [TrainingDiagnostic.Kind] {
            found(
                steps: 300, loss: { 6 - Double($0) / 1000 }, accuracy: { Double($0) / 300 },
                scale: scale
            ).map(\.kind)
        }
        #expect(run { _ in 2 } == [.scaleTooSmall])
        #expect(run { 2 * pow(1.01, Double($0)) } == [])
        #expect(run { _ in 12 } == [])
    }

    @Test("healthy runs are left in peace")
    func healthy() {
        // Falls; rises with margin and scale while it learns; learns slowly; hovers at ln(classes).
        #expect(
            found(loss: { 6.2 - Double($0) / 300 }, accuracy: { Double($0) / 1300 }).isEmpty)
        #expect(
            found(
                loss: { 6.3 + Double($0) / 200 }, accuracy: { 0.008 + Double($0) / 12_000 },
                scale: { 9 * pow(1.001, Double($0)) }
            ).isEmpty)
        #expect(found(loss: { _ in 6.0 }, accuracy: { _ in 1.0 / 128 }).isEmpty)
        #expect(
            found(
                diagnosis: LossDiagnosis(collapse: "take grad=detached"), loss: { _ in log(500) },
                accuracy: { _ in 0.05 }
            ).isEmpty)
        // Many classes and a first epoch that is not over: nothing is right for long.
        #expect(
            found(classes: 85_742, steps: 399, loss: { _ in 11.4 }, accuracy: { _ in 0 }).isEmpty)
    }

    /// Epochs of 100 steps of real runs on built-in faces of 300 people, batch 32.
    @Test(
        "recorded healthy runs are left in peace",
        arguments: [
            [(6.306, 0.0084), (8.107, 0.0119)],
            [(6.034, 0.0084), (6.957, 0.015), (8.445, 0.0356), (9.957, 0.0472), (10.904, 0.0725)],
            [(7.13, 0.0078), (5.617, 0.0147), (4.696, 0.0238), (4.422, 0.0241), (4.188, 0.0466)],
            [(7.72, 0.0066), (5.95, 0.0112), (6.23, 0.0234), (7.436, 0.0406), (7.264, 0.0494)],
        ])
    func recorded(_ epochs: [(Double, Double)]) {
        var detector = FailureDetector()
        var due = 0.0
        for step in 1...epochs.count * 100 {
            let (loss, accuracy) = epochs[(step - 1) / 100]
            due += accuracy * 32
            let correct = Int(due)
            due -= Double(correct)
            let new = detector.observe(
                FailureDetector.Step(
                    step: step, epoch: (step - 1) / 100 + 1, loss: loss, correct: correct,
                    images: 32, scale: nil),
                classes: 300, diagnosis: LossDiagnosis(collapse: "take grad=detached"))
            #expect(new.isEmpty)
        }
    }
}
