import FaceModels
import Testing
import Torch

/// What holds for every backbone, tried on narrow ones.
@Suite("Every backbone")
struct BackboneTests {
    static let narrow = [
        "mobilenetv1:embedding=32,width=0.25", "mobilenetv1:bn=off,embedding=16,width=0.5",
        "resnet50:embedding=32,width=0.125", "resnet50:embedding=32,stride=3x3,width=0.125",
    ]

    private func make(
        _ text: String, seed: UInt64 = 1, type: ElementType = .float32
    ) throws -> any Backbone {
        try BackboneCatalogue.make(
            BackboneSpecification(parsing: text), initial: InitialWeights(seed: seed, type: type))
    }

    private func images(_ count: Int, _ height: Int, _ width: Int) -> Tensor {
        FormulaWeights.uniform("images", shape: [count, 3, height, width], type: .float32)
    }

    @Test("Names differ, and only buffers are not trained", arguments: narrow)
    func state(_ text: String) throws {
        let state = try make(text).state
        #expect(Set(state.map(\.name)).count == state.count)
        for entry in state {
            #expect(entry.tensor.requiresGradient == (entry.role != .buffer), "\(entry.name)")
            #expect((entry.role == .weight) == (entry.tensor.rank > 1), "\(entry.name)")
        }
        #expect(state.contains { $0.name == "embedding.linear.weight" })
        #expect(state.contains { $0.name == "embedding.bn.weight" } == !text.contains("bn=off"))
    }

    @Test(
        "Any size of image gives embeddings", arguments: narrow,
        [(112, 112), (112, 96), (97, 75), (33, 47), (16, 16)])
    func sizes(_ text: String, size: (Int, Int)) throws {
        let backbone = try make(text)
        let embeddings = backbone(images(2, size.0, size.1), training: true)
        #expect(embeddings.shape == [2, backbone.embeddingSize])
        #expect(embeddings.isFinite().all())
        let table = backbone.layerTable(height: size.0, width: size.1)
        #expect(table.rows.last?.output.channels == backbone.embeddingSize)
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
        for (one, other) in zip(alone, first) { #expect(abs(one - other) < 1e-4) }
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
            guard entry.role != .buffer else { continue }
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
            let backbone = try make(text)
            FormulaWeights.load(into: backbone.state, smooth: true)
            return backbone(images(4, 64, 64).contiguous(format), training: training)
        }
        let contiguous = try embeddings(.contiguous)
        let difference = (try embeddings(.channelsLast) - contiguous).norm().item()
        #expect(difference < 1e-4 * contiguous.norm().item())
    }

    @Test("In bfloat16 embeddings are float32 and nearly the same", arguments: narrow)
    func bfloat16(_ text: String) throws {
        let backbone = try make(text)
        let batch = images(8, 64, 64).contiguous(.channelsLast)
        for _ in 0..<20 { _ = withoutGradients { backbone(batch, training: true) } }
        let exact = backbone(batch, training: false)
        let rounded = withPrecision(.bfloat16, on: .cpu) { backbone(batch, training: false) }
        #expect(rounded.type == .float32)
        #expect((rounded - exact).norm().item() < 0.1 * exact.norm().item())
        let trained = withPrecision(.bfloat16, on: .cpu) { backbone(batch, training: true) }
        #expect(trained.type == .float32)
        trained.square().sum().backward()
        for entry in backbone.state.parameters {
            #expect(entry.tensor.gradient?.type == .float32, "\(entry.name)")
            #expect(entry.tensor.gradient?.isFinite().all() == true, "\(entry.name)")
        }
    }

    @Test(
        "Weights start uniform in 1/√fan-in, normalisations as the identity or silent",
        arguments: narrow)
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
                // Four standard errors of a uniform distribution's deviation.
                let spread = 4 * (0.2 / Double(values.count)).squareRoot()
                #expect(
                    abs(standardDeviation * 3.squareRoot() / bound - 1) < spread, "\(entry.name)")
                #expect(values.allSatisfy { abs(Double($0)) <= bound }, "\(entry.name)")
            }
        }
    }
}
