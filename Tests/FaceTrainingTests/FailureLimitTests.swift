import FaceLosses
import Foundation
import Testing

@testable import FaceTraining

/// The limits at which a failure is recognised, and the words in which each is told.
@Suite("Limits of known failures")
struct FailureLimitTests {
    private func kinds(
        steps: Int, from first: Int = 1, classes: Int? = 500, diagnosis: LossDiagnosis = .init(),
        epoch: (Int) -> Int = { ($0 - 1) / 100 + 1 }, loss: (Int) -> Double,
        correct: (Int) -> Int = { _ in 0 }, scale: (Int) -> Double? = { _ in nil }
    ) -> [TrainingDiagnostic] {
        var detector = FailureDetector()
        return (first..<first + steps).flatMap { step in
            detector.observe(
                FailureDetector.Step(
                    step: step, epoch: epoch(step), loss: loss(step), correct: correct(step),
                    images: 100, scale: scale(step)), classes: classes, diagnosis: diagnosis)
        }
    }

    @Test("Nothing is called stuck in the first two epochs before step 20,000")
    func longEpochs() {
        let early = kinds(steps: 1000, epoch: { $0 <= 500 ? 1 : 2 }, loss: { _ in 6.3 })
        #expect(early.isEmpty)
        let third = kinds(steps: 1000, epoch: { $0 <= 700 ? 2 : 3 }, loss: { _ in 6.3 })
        #expect(third.map(\.kind) == [.stuck] && third.map(\.step) == [750])
        let late = kinds(steps: 300, from: 19_801, epoch: { _ in 1 }, loss: { _ in 6.3 })
        #expect(late.map(\.step) == [20_000])
        let short = kinds(steps: 350, epoch: { $0 / 10 + 1 }, loss: { _ in 6.3 })
        #expect(short.isEmpty)
    }

    @Test(
        "A loss below 95 % of its start is no start, and one right answer in chance's reach is none"
    )
    func reach() {
        func isDetected(_ end: Double, correct: Int) -> Bool {
            !kinds(
                steps: 400, loss: { $0 <= 50 ? 8 : end }, correct: { $0 % 50 < correct ? 1 : 0 }
            ).isEmpty
        }
        #expect(isDetected(7.7, correct: 0) && !isDetected(7.5, correct: 0))
        // Of 5,000 images 10 are right by chance, and 3 sqrt(10) more may be.
        #expect(isDetected(7.7, correct: 19) && !isDetected(7.7, correct: 20))
    }

    @Test("The floor is reported where 20 losses in a row are within a twentieth of it")
    func floor() {
        func steps(_ loss: (Int) -> Double) -> [Int] {
            kinds(steps: 45, classes: nil, loss: loss).map(\.step)
        }
        #expect(steps { _ in 69.0776 + 0.049 } == [20])
        #expect(steps { _ in 69.0776 - 0.051 } == [])
        // Once again from the start after another loss.
        #expect(steps { $0 == 10 ? 5 : 69.08 } == [30])
    }

    @Test("A scale counts as fixed when it has not changed for 50 steps")
    func scales() {
        func isDetected(_ scale: @escaping (Int) -> Double?) -> Bool {
            kinds(steps: 100, loss: { 6 - Double($0) / 100 }, correct: { _ in 9 }, scale: scale)
                .map(\.kind) == [.scaleTooSmall]
        }
        #expect(isDetected { _ in 2 })
        #expect(isDetected { $0 <= 50 ? Double($0) / 100 : 2 })
        #expect(!isDetected { $0 <= 51 ? Double($0) / 100 : 2 })
        // At 500 classes the loss can fall to log1p(499 exp(-500/499 s)): 0.3 ln 500 = 1.864 at 4.51.
        #expect(isDetected { _ in 4.45 } && !isDetected { _ in 4.55 })
    }

    @Test("ln(classes) is reported as collapse after four windows, of a loss that can collapse")
    func logarithm() {
        let diagnosis = LossDiagnosis(collapse: "c")
        func found(_ factor: Double, _ diagnosis: LossDiagnosis) -> [TrainingDiagnostic] {
            // High at first, so that it is not the start that is not left.
            kinds(
                steps: 600, diagnosis: diagnosis,
                loss: { $0 <= 300 ? 12 : factor * log(500) })
        }
        #expect(found(1.009, diagnosis).map(\.kind) == [.shrunk])
        #expect(found(0.991, diagnosis).map(\.step) == [500])
        #expect(found(1.011, diagnosis).isEmpty)
        #expect(found(1, LossDiagnosis()).map(\.kind) == [.stuck])
    }

    @Test("A scale is too large above three times what suits, with a loss above twice ln(classes)")
    func tooLarge() {
        // sqrt(2) ln 499 = 8.786.
        func kind(_ scale: Double, _ loss: Double) -> [TrainingDiagnostic.Kind] {
            kinds(steps: 400, loss: { _ in loss }, scale: { _ in scale }).map(\.kind)
        }
        #expect(kind(26.5, 12.5) == [.scaleTooLarge])
        #expect(kind(26.3, 12.5) == [.stuck])
        #expect(kind(26.5, 12.4) == [.stuck])
    }

    // MARK: Words

    private func sentence(
        _ kind: TrainingDiagnostic.Kind, scale: Double? = nil, guessing: Double? = nil,
        _ diagnosis: LossDiagnosis? = nil
    ) -> String {
        var diagnostic = TrainingDiagnostic(
            kind: kind, step: 7, epoch: 2, loss: 6.2146, accuracy: 0.00123, classes: 500,
            scale: scale, guessing: guessing)
        diagnostic.remedy = diagnosis.flatMap { TrainingDiagnostic.remedy(for: kind, $0) }
        return diagnostic.description
    }

    @Test("Each failure is one sentence with its numbers and what to try")
    func sentences() {
        #expect(
            sentence(.stuck)
                == "after step 7 (epoch 2) the loss, 6.21, has not left its starting value and 0.12 % "
                + "of images are classified correctly, no better than chance: nothing has been "
                + "learnt; lower the learning rate; if the softmax is stuck too, look at images and "
                + "labels")
        #expect(
            sentence(.scaleTooSmall, scale: 2)
                == "after step 7 (epoch 2) the scale is 2, at which the loss of 500 classes cannot "
                + "fall below 4.22 however good the embeddings are; use at least 8.79, or raise the "
                + "scale")
        #expect(
            sentence(.scaleTooLarge, scale: 64)
                == "after step 7 (epoch 2) the loss, 6.21, has not left its starting value and 0.12 % "
                + "of images are classified correctly, no better than chance, with a scale of 64 "
                + "where 8.79 suits 500 classes: the softmax is saturated from the start; lower the "
                + "scale")
        #expect(
            sentence(.shrunk)
                == "after step 7 (epoch 2) the loss remains at ln(500) = 6.21: embeddings have shrunk "
                + "to 0, where nothing is learnt")
        #expect(
            sentence(.roseAboveGuessing, guessing: 5).contains(
                "its mean, 6.21, is more than 5, so"))
        #expect(sentence(.noProbability).contains("stayed at 6.21, which is -ln(1e-30)"))
    }

    @Test("The loss's own remedies stand in the sentence, several as a list")
    func remedies() {
        let diagnosis = LossDiagnosis(
            collapse: "collapse", stuck: ["one", "two", "three"], scaleTooLarge: "large",
            scaleTooSmall: "small")
        #expect(sentence(.stuck, diagnosis).contains("; one, two, or three; if the softmax"))
        #expect(sentence(.shrunk, diagnosis).hasSuffix(": collapse"))
        #expect(sentence(.scaleTooLarge, scale: 1, diagnosis).hasSuffix("; large"))
        #expect(sentence(.scaleTooSmall, scale: 1, diagnosis).hasSuffix(", or small"))
        #expect(TrainingDiagnostic.remedy(for: .noProbability, diagnosis) == nil)
        #expect(TrainingDiagnostic.remedy(for: .roseAboveGuessing, diagnosis) == nil)
    }
}
