import FaceModels
import Testing
import Torch

/// What holds for every backbone, tried on narrow ones.
@Suite("Every backbone")
struct BackboneTests {
    static let narrow = pooled + flattened

    /// Networks that pool their features and take images of any size.
    static let pooled = [
        "mobilenetv1:embedding=32,width=0.25", "mobilenetv1:bn=off,embedding=16,width=0.5",
        "resnet50:embedding=32,width=0.125", "resnet50:embedding=32,stride=3x3,width=0.125",
        "mobilenetv2:embedding=32,width=0.25", "mobilenetv3_large:embedding=32,width=0.25",
        "mobilenetv3_small:bn=off,embedding=32,width=0.5", "googlenet:embedding=32,width=0.125",
        "facenet_nn2:bn=off,embedding=32,width=0.125",
    ]

    /// Networks that take images of one size.
    static let flattened = [
        "iresnet18:embedding=32,width=0.125", "iresnet50:bn=off,embedding=32,width=0.125",
        "ir50:dropout=0,embedding=32,width=0.125", "irse50:embedding=32,width=0.25",
        "mobilefacenet:embedding=32,width=0.125",
        "mobilefacenet_large:bn=off,embedding=32,width=0.125",
        "vit_t:embedding=32,width=0.125", "vit_s:bn=off,embedding=32,mask=0.4,width=0.125",
    ]

    private func make(
        _ text: String, seed: UInt64 = 1, inputSize: Int = 48
    ) throws -> any Backbone {
        try BackboneCatalogue.make(
            BackboneSpecification(parsing: text), inputSize: inputSize,
            initial: InitialWeights(seed: seed))
    }

    private func images(_ count: Int, _ height: Int, _ width: Int) -> Tensor {
        FormulaWeights.uniform("images", shape: [count, 3, height, width], type: .float32)
    }

    @Test("Names differ, and only buffers are not trained", arguments: narrow)
    func state(_ text: String) throws {
        let state = try make(text).state
        #expect(Set(state.map(\.name)).count == state.count)
        for entry in state {
            let isTrained = entry.role != .buffer && entry.role != .constant
            #expect(entry.tensor.requiresGradient == isTrained, "\(entry.name)")
            #expect((entry.role == .weight) == (entry.tensor.rank > 1), "\(entry.name)")
        }
        guard Self.pooled.contains(text) else { return }
        #expect(state.contains { $0.name == "embedding.linear.weight" })
        #expect(state.contains { $0.name == "embedding.bn.weight" } == !text.contains("bn=off"))
    }

    @Test(
        "Any size of image gives embeddings", arguments: pooled,
        [(112, 112), (112, 96), (97, 75), (33, 47), (16, 16)])
    func sizes(_ text: String, size: (Int, Int)) throws {
        let backbone = try make(text)
        let embeddings = backbone(images(2, size.0, size.1), training: true)
        #expect(embeddings.shape == [2, backbone.embeddingSize])
        #expect(embeddings.isFinite().all())
        let table = backbone.layerTable(height: size.0, width: size.1)
        #expect(table.rows.last?.output.channels == backbone.embeddingSize)
    }

    @Test(
        "Networks of one size of image are made for any size", arguments: flattened,
        [112, 97, 33, 18])
    func sizes(_ text: String, size: Int) throws {
        let backbone = try make(text, inputSize: size)
        let embeddings = backbone(images(2, size, size), training: true)
        #expect(embeddings.shape == [2, backbone.embeddingSize])
        #expect(embeddings.isFinite().all())
        let table = backbone.layerTable(inputSize: size)
        #expect(table.rows.last?.output.channels == backbone.embeddingSize)
        #expect(table.parameters == backbone.state.parameterCount)
    }

    @Test("Evaluation changes nothing and gives the same bits again", arguments: narrow)
    func evaluation(_ text: String) throws {
        let backbone = try make(text)
        _ = backbone(images(4, 48, 48), training: true)
        let before = backbone.state.map { $0.tensor.array(of: Float.self) }
        let batch = images(3, 48, 48)
        let first = backbone(batch, training: false).array(of: Float.self)
        #expect(backbone(batch, training: false).array(of: Float.self) == first)
        #expect(backbone.state.map { $0.tensor.array(of: Float.self) } == before)
        // Nor does an image depend on the others of its batch, beyond rounding.
        let alone = backbone(batch.narrowed(0, 0..<1), training: false).array(of: Float.self)
        let largest = first.map { abs($0) }.max() ?? 0
        let worst = zip(alone, first).map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst < 1e-4 * max(1, largest))
    }

    @Test("Training changes every buffer and gives every parameter a gradient", arguments: narrow)
    func training(_ text: String) throws {
        let backbone = try make(text)
        let before = backbone.state.map { $0.tensor.array(of: Float.self) }
        let embeddings = backbone(images(4, 48, 48), training: true)
        (embeddings * FormulaWeights.uniform("loss", shape: embeddings.shape, type: .float32))
            .sum().backward()
        for (entry, former) in zip(backbone.state, before) {
            let values = entry.tensor.array(of: Float.self)
            #expect((values != former) == (entry.role == .buffer), "\(entry.name)")
            guard entry.role != .buffer, entry.role != .constant else { continue }
            let gradient = try #require(entry.tensor.gradient)
            #expect(gradient.isFinite().all(), "\(entry.name)")
            #expect(gradient.shape == entry.tensor.shape)
        }
    }

    @Test("A residual block starts as its shortcut, and does not stay so")
    func residualStart() throws {
        let backbone = try make("resnet50:embedding=32,width=0.125")
        let last = backbone.state.filter { $0.name.hasSuffix(".bn3.weight") }
        #expect(last.count == 16)
        let embeddings = backbone(images(4, 48, 48), training: true)
        (embeddings * FormulaWeights.uniform("loss", shape: embeddings.shape, type: .float32))
            .sum().backward()
        for entry in last {
            #expect(entry.tensor.array(of: Float.self).allSatisfy { $0 == 0 }, "\(entry.name)")
            let gradient = try #require(entry.tensor.gradient).array(of: Float.self)
            #expect(gradient.contains { $0 != 0 }, "\(entry.name)")
        }
    }

    @Test("The seed decides about the weights, and nothing else does", arguments: narrow)
    func seeds(_ text: String) throws {
        func values(_ seed: UInt64) throws -> [[Float]] {
            try make(text, seed: seed).state.parameters.map { $0.tensor.array() }
        }
        let first = try values(1)
        #expect(try values(1) == first)
        #expect(try values(2) != first)
    }

    @Test("Channels-last gives what contiguous gives", arguments: narrow, [true, false])
    func formats(_ text: String, training: Bool) throws {
        func embeddings(_ format: MemoryFormat) throws -> Tensor {
            let backbone = try make(text, inputSize: 64)
            FormulaWeights.load(into: backbone.state, smooth: true)
            return backbone(images(4, 64, 64).contiguous(format), training: training)
        }
        let contiguous = try embeddings(.contiguous)
        let difference = (try embeddings(.channelsLast) - contiguous).norm().item()
        #expect(difference < 1e-4 * contiguous.norm().item())
    }

    @Test("In bfloat16 embeddings are float32 and nearly the same", arguments: narrow)
    func bfloat16(_ text: String) throws {
        let backbone = try make(text, inputSize: 64)
        let batch = images(8, 64, 64).contiguous(.channelsLast)
        for _ in 0..<20 { _ = withoutGradients { backbone(batch, training: true) } }
        // Products in bfloat16 take long without a processor's instructions for them.
        let few = batch.narrowed(0, 0..<4)
        let exact = backbone(few, training: false)
        let rounded = withPrecision(.bfloat16, on: .cpu) { backbone(few, training: false) }
        #expect(rounded.type == .float32)
        #expect((rounded - exact).norm().item() < 0.1 * exact.norm().item())
        let trained = withPrecision(.bfloat16, on: .cpu) { backbone(few, training: true) }
        #expect(trained.type == .float32)
        trained.square().sum().backward()
        for entry in backbone.state.parameters {
            #expect(entry.tensor.gradient?.type == .float32, "\(entry.name)")
            #expect(entry.tensor.gradient?.isFinite().all() == true, "\(entry.name)")
        }
    }

    @Test(
        "Weights start uniform in 1/√fan-in, normalisations as the identity or silent",
        arguments: pooled)
    func initialWeights(_ text: String) throws {
        for entry in try make(text).state.parameters {
            let values = entry.tensor.array(of: Float.self)
            if entry.role == .normalization {
                let isOne = entry.name.hasSuffix("weight") && !entry.name.hasSuffix(".bn3.weight")
                #expect(values.allSatisfy { $0 == (isOne ? 1 : 0) }, "\(entry.name)")
            } else if entry.role == .weight {
                let fanIn = entry.tensor.shape.dropFirst().reduce(1, *)
                let bound = 1 / Double(fanIn).squareRoot()
                let standardDeviation = entry.tensor.square().mean().item().squareRoot()
                // Four standard errors of a uniform distribution's standard deviation.
                let spread = 4 * (0.2 / Double(values.count)).squareRoot()
                #expect(
                    abs(standardDeviation * 3.squareRoot() / bound - 1) < spread, "\(entry.name)")
                #expect(values.allSatisfy { abs(Double($0)) <= bound }, "\(entry.name)")
            }
        }
    }

    @Test(
        "Weights start as the authors' do, with the root of a variance",
        arguments: [
            ("iresnet18:width=0.5", "layer2.0.conv1.weight", 0.01),
            ("ir50:width=0.5", "body.7.res_layer.1.weight", 2.0 / 1152),
            ("ir50:width=0.5", "output_layer.3.weight", 2.0 / 512),
            ("mobilefacenet", "layers.4.layers.0.layers.0.weight", 2.0 / 256),
            ("vit_t:width=0.5", "blocks.3.attn.qkv.weight", 0.0004),
        ] as [(String, String, Double)])
    func authorsWeights(_ text: String, name: String, variance: Double) throws {
        let standardDeviation = variance.squareRoot()
        let entry = try #require(try make(text).state.first { $0.name == name })
        let found = entry.tensor.square().mean().item().squareRoot()
        // Four standard errors of a normal distribution's standard deviation.
        #expect(
            abs(found / standardDeviation - 1) < 4 / (2 * Double(entry.tensor.count)).squareRoot())
    }

    @Test("PReLU starts at a quarter and the embedding's fixed scale stays 1")
    func fixedValues() throws {
        let state = try make("iresnet18:embedding=32,width=0.125").state
        for entry in state where entry.name.hasSuffix("prelu.weight") {
            #expect(entry.tensor.array(of: Float.self).allSatisfy { $0 == 0.25 })
        }
        let fixed = state.filter { $0.role == .constant }
        #expect(fixed.map(\.name) == ["features.weight"])
        #expect(fixed[0].tensor.array(of: Float.self).allSatisfy { $0 == 1 })
    }

    @Test(
        "What training draws at random depends on the seed and on the batches seen, and on nothing else",
        arguments: [
            "resnet50:dropout=0.5,embedding=32,width=0.125", "irse50:embedding=32,width=0.125",
            "vit_t:droppath=0.5,embedding=32,mask=0,width=0.125",
            "vit_t:droppath=0,embedding=32,mask=0.5,width=0.125",
            "vit_t:droppath=0,dropout=0.3,embedding=32,mask=0,width=0.125",
        ])
    func noise(_ text: String) throws {
        let batch = images(4, 48, 48)
        func passes(seed: UInt64) throws -> [[Float]] {
            let backbone = try make(text, seed: seed)
            #expect(backbone.isRandomInTraining)
            // The same weights for both seeds, so that only what is drawn differs.
            FormulaWeights.load(into: backbone.state, smooth: false)
            return (0..<2).map { _ in backbone(batch, training: true).array(of: Float.self) }
        }
        let first = try passes(seed: 1)
        #expect(first[0] != first[1])
        #expect(try passes(seed: 1) == first)
        #expect(try passes(seed: 2)[0] != first[0])
        // A network that has seen a batch draws what the second batch draws.
        let resumed = try make(text)
        FormulaWeights.load(into: resumed.state, smooth: false)
        for entry in resumed.state where entry.name.hasSuffix("num_batches_tracked") {
            entry.tensor.assign(Tensor([1], shape: []))
        }
        #expect(resumed(batch, training: true).array(of: Float.self) == first[1])
    }

    @Test("Networks that draw nothing say so")
    func withoutNoise() throws {
        for text in [
            "mobilenetv1:width=0.25", "ir50:dropout=0,width=0.125",
            "vit_t:droppath=0,mask=0,width=0.125", "mobilefacenet:width=0.125",
        ] {
            #expect(try !make(text).isRandomInTraining)
        }
    }
}
