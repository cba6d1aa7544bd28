import FaceModels
import Testing
import Torch

@testable import FaceLosses
@testable import FaceStudy

/// Class weights that are taken over by name.
@Suite("Class weights to begin with", .serialized)
struct StartingClassesTests {
    private func loss(_ text: String = "arcface", classes: Int = 3) throws -> any FaceLoss {
        try LossCatalogue.make(
            LossSpecification(parsing: text), classes: classes, embeddingSize: 2,
            initial: InitialWeights(seed: 5, path: "head"))
    }

    private func head(
        _ names: [String], _ rows: [Float], width: Int = 2, loss: String = "arcface",
        others: [String: Tensor] = [:]
    ) -> HeadFile.Content {
        let weight = Tensor(rows, shape: [rows.count / width, width])
        return HeadFile.Content(
            loss: loss, identities: names, tensors: others.merging(["weight": weight]) { $1 })
    }

    private func weights(_ loss: any FaceLoss) throws -> [Float] {
        try #require(loss.state.first { $0.name == "weight" }).tensor.array()
    }

    @Test("Identities of the same name keep their rows, whatever their order")
    func taken() throws {
        let loss = try loss()
        let before = try weights(loss)
        let classes = try StartingClasses(
            loss, lossName: "arcface", identities: ["ann", "bob", "cy"],
            head: head(["cy", "dan", "ann"], [1, 2, 3, 4, 5, 6]), means: nil)
        #expect(try weights(loss) == [5, 6, before[2], before[3], 1, 2])
        #expect(classes.taken == 2 && classes.new == 1)
        #expect(
            classes.summary
                == "the class weights of 2 identities are taken over, and 1 new one begins with "
                + "random weights")
    }

    @Test("New identities begin with their mean, as long as what was taken over")
    func means() throws {
        let loss = try loss()
        var asked: [Int] = []
        let classes = try StartingClasses(
            loss, lossName: "arcface", identities: ["ann", "bob", "cy"],
            head: head(["ann"], [3, 4]),
            means: {
                asked = $0
                return Tensor([1, 0, 0, 1] as [Float], shape: [2, 2])
            })
        #expect(asked == [1, 2])
        #expect(try weights(loss) == [3, 4, 5, 0, 0, 5])
        #expect(
            classes.summary
                == "the class weights of 1 identity are taken over, and 2 new ones begin with the mean "
                + "of their images' embeddings")
        #expect(classes.taken == 1 && classes.new == 2)
    }

    @Test("All are taken, or none with the reason")
    func summaries() throws {
        func summary(_ head: HeadFile.Content?, _ names: [String] = ["a", "b", "c"]) throws
            -> String
        {
            let found = try StartingClasses(
                loss(), lossName: "arcface", identities: names, head: head, means: nil)
            return found.summary ?? "none"
        }
        #expect(
            try summary(head(["c", "b", "a"], [1, 2, 3, 4, 5, 6]))
                == "the class weights of 3 identities are taken over")
        #expect(
            try summary(nil)
                == "all class weights begin with random weights: there is no head.safetensors with "
                + "the identities' names beside the weights")
        #expect(
            try summary(head(["x"], [1, 2]))
                == "all class weights begin with random weights: none of the identities has one in "
                + "the head that the weights came with")
        #expect(
            try summary(head(["a"], [1, 2, 3], width: 3))
                == "all class weights begin with random weights: those beside the weights are for "
                + "embeddings of length 3, not 2")
    }

    @Test("Of several rows an identity, the mean becomes the first of ours; as many are kept")
    func subcenters() throws {
        let loss = try loss("subcenter:k=2")
        let before = try weights(loss)
        _ = try StartingClasses(
            loss, lossName: "subcenter", identities: ["a", "b", "c"],
            head: head(["b", "a"], [1, 2, 3, 4, 5, 6, 7, 8]), means: nil)
        #expect(
            try weights(loss) == [
                5, 6, 7, 8, 1, 2, 3, 4, before[8], before[9], before[10], before[11],
            ])
        let single = try self.loss()
        let old = try weights(single)
        _ = try StartingClasses(
            single, lossName: "arcface", identities: ["a", "b", "c"],
            head: head(["b", "a"], [1, 2, 3, 4, 5, 6, 7, 8]), means: nil)
        #expect(try weights(single) == [6, 7, 2, 3, old[4], old[5]])
        let double = try self.loss("subcenter:k=2")
        let first = try weights(double)
        _ = try StartingClasses(
            double, lossName: "subcenter", identities: ["a", "b", "c"],
            head: head(["b"], [10, 20]), means: nil)
        #expect(
            try weights(double) == Array(first[0..<4]) + [10, 20] + Array(first[6...]))
    }

    /// A loss that has a centre for each class besides its weight.
    private final class CentredLoss: FaceLoss {
        static let descriptor = CrossEntropyLoss.descriptor
        let state = [
            StateEntry("weight", .zeros([3, 2]), .buffer),
            StateEntry("centres", .zeros([3, 4]), .buffer),
        ]

        func evaluate(
            embeddings: Tensor, labels: Tensor, progress: LossProgress
        ) -> LossOutput {
            LossOutput(loss: embeddings.sum())
        }
    }

    @Test(
        "What is kept for each class may have several numbers, and as many as ours",
        arguments: [4, 3])
    func centres(_ width: Int) throws {
        let loss = CentredLoss()
        let centres = Tensor((1...2 * width).map { Float($0) }, shape: [2, width])
        _ = try StartingClasses(
            loss, lossName: "softmax", identities: ["a", "b", "c"],
            head: head(
                ["b", "a"], [1, 2, 3, 4], loss: "softmax", others: ["centres": centres]),
            means: nil)
        #expect(try weights(loss) == [3, 4, 1, 2, 0, 0])
        let taken: [Float] = [5, 6, 7, 8, 1, 2, 3, 4, 0, 0, 0, 0]
        #expect(
            loss.state[1].tensor.array()
                == (width == 4 ? taken : [Float](repeating: 0, count: 12)))
    }

    @Test("What else the same loss keeps for each class comes along, from another loss it does not")
    func others() throws {
        let bias = Tensor([7, 8] as [Float])
        func biases(of name: String) throws -> [Float]? {
            let loss = try loss("softmax")
            _ = try StartingClasses(
                loss, lossName: "softmax", identities: ["a", "b", "c"],
                head: head(
                    ["b", "a"], [1, 2, 3, 4], loss: name, others: ["bias": bias]), means: nil)
            return loss.state.first { $0.name == "bias" }?.tensor.array()
        }
        let kept = try #require(try biases(of: "softmax"))
        #expect(kept[0] == 8 && kept[1] == 7)
        #expect(try biases(of: "arcface") != kept)
    }
}
