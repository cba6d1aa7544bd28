import FaceModels
import Testing
import Torch

/// The networks of the field's history, beyond what `FaceNetworkTests` compares.
@Suite("Networks of the field's history")
struct HistoryNetworkTests {
    private func make(
        _ text: String, seed: UInt64 = 1, inputSize: Int
    ) throws -> any Backbone {
        try BackboneCatalogue.make(
            BackboneSpecification(parsing: text), inputSize: inputSize,
            initial: InitialWeights(seed: seed))
    }

    private func images(_ count: Int, _ size: Int) -> Tensor {
        FormulaWeights.uniform("images", shape: [count, 3, size, size], type: .float32)
    }

    @Test(
        "They take images of their smallest size and of common ones, and training moves all weights",
        arguments: [
            ("alexnet:embedding=32,width=0.125", [63, 112, 128]),
            ("deepface:bn=on,embedding=32,width=0.5", [72, 112, 113]),
            ("deepid:embedding=32", [31, 112, 125, 128]),
            ("dlib_resnet:bn=on,width=0.25", [103, 112, 150]),
            ("edgenext_xx_small:embedding=32,width=0.5", [32, 97, 112]),
            ("inception_resnet_v1:embedding=32,width=0.125", [75, 112, 160]),
        ])
    func sizes(_ text: String, sizes: [Int]) throws {
        for size in sizes {
            let backbone = try make(text, inputSize: size)
            let embeddings = backbone(images(3, size), training: true)
            #expect(embeddings.shape == [3, backbone.embeddingSize])
            #expect(embeddings.isFinite().all())
            embeddings.square().sum().backward()
            for entry in backbone.state {
                let isTrained = entry.role != .buffer && entry.role != .constant
                #expect(entry.tensor.requiresGradient == isTrained, "\(entry.name)")
                guard isTrained, entry.tensor.rank > 1 else { continue }
                #expect(entry.tensor.gradient?.isFinite().all() == true, "\(entry.name)")
            }
            let table = backbone.layerTable(inputSize: size)
            #expect(table.parameters == backbone.state.parameterCount)
            #expect(table.rows.last?.output.channels == backbone.embeddingSize)
            #expect(table.activations > 0)
        }
        let smallest = try #require(sizes.first)
        #expect(throws: FaceModelsError.self) { try make(text, inputSize: smallest - 1) }
    }

    @Test("A window of zeros has no infinite derivative behind an L2 pool")
    func zeros() throws {
        let backbone = try make("facenet_nn2:embedding=8,width=0.125", inputSize: 32)
        let black = Tensor.zeros([2, 3, 32, 32])
        backbone(black, training: true).square().sum().backward()
        for entry in backbone.state.parameters {
            #expect(entry.tensor.gradient?.isFinite().all() == true, "\(entry.name)")
        }
    }

    @Test(
        "What is dropped depends on the seed and the batches seen",
        arguments: ["alexnet:embedding=16,width=0.125", "deepface:embedding=16,width=0.5"])
    func dropout(_ text: String) throws {
        func passes(seed: UInt64) throws -> [[Float]] {
            let backbone = try make(text, seed: seed, inputSize: 72)
            #expect(backbone.isRandomInTraining)
            FormulaWeights.load(into: backbone.state, smooth: false)
            return (0..<2).map { _ in
                backbone(images(2, 72), training: true).array(of: Float.self)
            }
        }
        let first = try passes(seed: 1)
        #expect(first[0] != first[1])
        #expect(try passes(seed: 1) == first)
        #expect(try passes(seed: 2)[0] != first[0])
        let resumed = try make(text, inputSize: 72)
        FormulaWeights.load(into: resumed.state, smooth: false)
        for entry in resumed.state where entry.name.hasSuffix("num_batches_tracked") {
            entry.tensor.assign(Tensor([1], shape: []))
        }
        #expect(resumed(images(2, 72), training: true).array(of: Float.self) == first[1])
    }

    @Test("A default that is an architecture's own is used, and is not written out")
    func defaults() throws {
        for (name, size) in [("deepface", 4096), ("deepid", 160), ("facenet_nn2", 128)] {
            let specification = try BackboneSpecification(parsing: "\(name):embedding=\(size)")
            #expect(specification.description == name)
            #expect(specification[.embeddingSize] == size)
        }
        #expect(try BackboneSpecification(parsing: "alexnet")[.dropout] == 0.5)
        #expect(try !BackboneSpecification(parsing: "deepid")[.normalizesEmbedding])
        #expect(try BackboneSpecification(parsing: "deepid:embedding=512")[.embeddingSize] == 512)
    }

    /// With the classes that the packages and papers have.
    @Test(
        "Parameters are those that packages count and papers print",
        arguments: [
            // torchvision: 61.1 and, without auxiliary heads, 6.6 million.
            ("alexnet:bn=off,embedding=1000", 224, 61_100_840),
            ("googlenet:bn=off,embedding=1000", 224, 6_624_904),
            // Taigman et al. 2014: more than 120 million with F8 of 4,030 classes.
            ("deepface", 152, 102_412_864),
            // facenet-pytorch, without a classifier.
            ("inception_resnet_v1", 160, 23_482_624),
        ])
    func parameters(_ text: String, size: Int, expected: Int) throws {
        let backbone = try BackboneCatalogue.make(
            BackboneSpecification(parsing: text), inputSize: size, initial: .zeros())
        #expect(backbone.state.parameterCount == expected)
        #expect(backbone.layerTable(inputSize: size).parameters == expected)
    }

    @Test("NN2's rows are the paper's Table 2")
    func nn2() throws {
        let backbone = try BackboneCatalogue.make(
            BackboneSpecification(parsing: "facenet_nn2:bn=off"), initial: .zeros())
        let table = backbone.layerTable(inputSize: 224)
        #expect(
            table.rows.map(\.output.height) == [
                112, 56, 56, 28, 28, 28, 14, 14, 14, 14, 14, 7, 7, 7, 1, 1,
            ])
        #expect(
            table.rows.map(\.output.channels) == [
                64, 64, 192, 192, 256, 320, 640, 640, 640, 640, 640, 1024, 1024, 1024, 1024, 128,
            ])
        // In millions, as printed: 7.5 million and 1.6 billion in all.
        let printed = [119, 0, 360, 0, 128, 179, 108, 107, 117, 128, 142, 56, 78, 78, 0, 0.131]
        for (row, millions) in zip(table.rows, printed) {
            let found = Double(row.multiplyAdds) / 1e6
            #expect(abs(found - millions) <= max(1.5, 0.02 * millions), "\(row.layer): \(found)")
        }
        #expect(abs(Double(table.multiplyAdds) / 1.6e9 - 1) < 0.02)
        #expect(abs(Double(table.parameters) / 7.5e6 - 1) < 0.01)
    }

    @Test("DeepFace's and DeepID's maps have the papers' sizes")
    func maps() throws {
        func sides(_ text: String, _ size: Int) throws -> [Int] {
            try BackboneCatalogue.make(
                BackboneSpecification(parsing: text), inputSize: size, initial: .zeros()
            ).layerTable(inputSize: size).rows.map(\.output.height)
        }
        #expect(try sides("deepface", 152) == [142, 71, 63, 55, 25, 21, 1])
        #expect(try sides("deepid", 31) == [28, 14, 12, 6, 4, 2, 1, 1])
    }
}
