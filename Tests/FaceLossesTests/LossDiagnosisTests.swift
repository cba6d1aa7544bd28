import FaceLosses
import Foundation
import Testing
import Torch

@Suite("What a loss knows of failing training")
struct LossDiagnosisTests {
    private func diagnosis(_ text: String) throws -> LossDiagnosis {
        try LossCatalogue.make(
            LossSpecification(parsing: text), classes: 4, embeddingSize: 8,
            initial: InitialWeights(seed: 1, path: "head"), head: HeadOptions()
        ).diagnosis
    }

    @Test("Only losses whose scale is the norm can draw embeddings to 0, alone and with terms")
    func collapse() throws {
        for text in ["asoftmax", "sphereface", "lsoftmax", "asoftmax+center"] {
            let collapse = try #require(try diagnosis(text).collapse)
            #expect(collapse.contains("let λ fall more slowly with until"))
            #expect(collapse.contains("take grad=detached"))
        }
        // MagFace and SphereFace2 have parameters of the same name that mean something else.
        for text in ["softmax", "arcface", "magface", "sphereface2", "triplet"] {
            #expect(try diagnosis(text).collapse == nil)
        }
    }

    @Test("Advice names the loss's own parameters and no other's")
    func stuck() throws {
        #expect(try diagnosis("softmax").stuck == ["lower the learning rate"])
        let angle = try diagnosis("arcface").stuck
        #expect(
            angle == [
                "lower the learning rate", "begin with the softmax",
                "lower the margin or let it grow over a longer warmup", "take grad=detached",
            ])
        #expect(
            try diagnosis("lsoftmax").stuck == [
                "lower the learning rate", "begin with the softmax", "lower the margin",
                "take grad=detached",
            ])
        #expect(
            try diagnosis("cosface").stuck == [
                "lower the learning rate", "begin with the softmax",
                "lower the margin or let it grow over a longer warmup",
            ])
    }

    @Test("A scale that follows from the classes is left to do so")
    func scale() throws {
        let arcface = try diagnosis("arcface")
        #expect(
            arcface.scaleTooLarge
                == "leave s and s0 to auto, or let the scale rise from a small s0")
        #expect(arcface.scaleTooSmall == "leave s to auto")
        #expect(try diagnosis("coco").scaleTooLarge == "leave s to auto")
        #expect(try diagnosis("softmax").scaleTooLarge == "lower the scale")
    }

    @Test("√2 ln(C - 1), and the least loss of a scale", arguments: [2, 3, 500, 85_742])
    func formulas(_ classes: Int) {
        let scale = AngularSchedule.balancedScale(classes: classes)
        let formula = 1.4142135623730951 * log(Double(classes - 1))
        #expect(abs(scale - max(1, formula)) < 1e-12)
        // With every own cosine 1 and the others -1 / (C - 1), which is as far apart as they can be.
        let others = Double(classes - 1)
        let least = -log(exp(scale) / (exp(scale) + others * exp(-scale / others)))
        #expect(
            abs(AngularSchedule.lowestLoss(scale: scale, classes: classes) - least) < 1e-9)
        #expect(AngularSchedule.lowestLoss(scale: scale, classes: 1) == 0)
    }
}
