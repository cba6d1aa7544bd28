import FaceLosses
import Testing
import Torch

/// What must hold for every loss of the catalogue and every preset.
@Suite("Every loss")
struct LossPropertiesTests {
    private static let names = Losses.all
    private static let terms = Losses.terms.map(\.name)
    /// Random margins are drawn for places of the batch.
    private static let drawn = ["elasticface", "elasticface-paper", "elasticface-cos"]
    /// Losses of a yes or no for each class, one that draws norms up, and a classifier that does
    /// not train embeddings.
    private static let special = [
        "sphereface2", "opensphere-sphereface2", "uniface", "uniface-paper", "magface",
        "magface-paper", "facexzoo-magface",
    ]
    /// Several class weights, targets of other classes, weights of logits that may be zero or
    /// negative, and probabilities that round to 1.
    private static let undirected: Set = [
        "subcenter", "subcenter-paper", "pml-subcenter", "label-smoothing", "circle",
        "circle-paper", "facexzoo-circle", "curricular", "curricular-paper",
        "facexzoo-curricular", "l2softmax",
    ]

    @Test(
        "is the same for a batch in another order",
        arguments: names.filter { !drawn.contains($0) })
    func permutation(_ name: String) throws {
        let sample = Sample.random(seed: 21)
        let order = [3, 0, 5, 1, 4, 2]
        var shuffled = sample
        shuffled.embeddings = order.map { sample.embeddings[$0] }
        shuffled.labels = order.map { sample.labels[$0] }
        let found = try Evaluation(name, shuffled)
        let expected = try Evaluation(name, sample)
        expectClose(found.loss, expected.loss, tolerance: 1e-12)
        let gradient = expected.gradients["embeddings"] ?? []
        // The probe trains no embeddings.
        #expect(gradient.isEmpty == (name == "probe"))
        guard !gradient.isEmpty else { return }
        expectClose(
            found.gradients["embeddings"] ?? [], order.flatMap { gradient[$0 * 5..<$0 * 5 + 5] },
            tolerance: 1e-12, columns: 5, "gradient of embeddings")
        expectClose(
            found.gradients["weight"] ?? [], expected.gradients["weight"] ?? [], tolerance: 1e-12,
            columns: 5, "gradient of weight")
    }

    @Test("is finite in float32 at the edges", arguments: names, Sample.adversarial)
    func finite(_ name: String, _ sample: Sample) throws {
        for fraction in [0, 0.5, 0.99] {
            #expect(try Evaluation(name, sample, fraction: fraction, type: .float32).isFinite)
        }
    }

    @Test("takes bfloat16 embeddings and computes in float32", arguments: names, Sample.adversarial)
    func bfloat16(_ name: String, _ sample: Sample) throws {
        let found = try Evaluation(name, sample, type: .float32, embeddingType: .bfloat16)
        #expect(found.isFinite)
        var rounded = sample
        rounded.embeddings = sample.embeddings.map { row in
            Tensor(row).to(.bfloat16).array()
        }
        let expected = try Evaluation(name, rounded, type: .float32)
        #expect(found.loss == expected.loss)
    }

    @Test("is in float32 what it is in float64", arguments: names, 31...34)
    func precision(_ name: String, _ seed: UInt64) throws {
        let sample = Sample.random(seed: seed)
        let single = try Evaluation(name, sample, type: .float32)
        let double = try Evaluation(name, sample)
        expectClose(single.loss, double.loss, tolerance: 1e-4)
        expectClose(
            single.gradients["embeddings"] ?? [], double.gradients["embeddings"] ?? [],
            tolerance: 1e-3, columns: 5, "gradient of embeddings")
    }

    @Test(
        "asks for a higher logit of the target and lower ones of others",
        arguments: names.filter { !undirected.contains($0) })
    func direction(_ name: String) throws {
        for seed in 41...48 as ClosedRange<UInt64> {
            let sample = Sample.random(seed: seed, count: 1)
            let found = try Evaluation(name, sample)
            // A sample whose probability rounds to 1 pulls at nothing.
            guard found.loss > 1e-9 else { continue }
            let weight = found.gradients["weight"] ?? []
            let x = sample.embeddings[0]
            for j in 0..<sample.classes {
                // A class weight's gradient is the logit's times x, or x without its part along
                // the weight: its product with x has the sign of the logit's gradient.
                let product = Naive.dot(Array(weight[j * 5..<j * 5 + 5]), x)
                #expect(j == sample.labels[0] ? product < 0 : product > 0, "class \(j)")
            }
        }
    }

    @Test(
        "without margin is the softmax of scaled cosines",
        arguments: [
            "arcface-paper:m=0,s=20", "arcface:m=0,s=20,scaleWarmup=0", "amsoftmax:m=0,s=20",
            "combined:m2=0,m3=0,s=20", "combined-paper:m2=0,m3=0,s=20", "subcenter:k=1,m=0,s=20",
            "mvsoftmax:m=0,t=1,s=20", "magface:lm=0,um=0,lambda=0,s=20", "adaface:m=0,s=20",
            "elasticface:m=0,sigma=0,s=20", "elasticface:version=cos,m=0,sigma=0,s=20",
            "sphereface-r:m=1,s=20", "sphereface-r:m=1,s=20,version=v0",
            "sphereface-r:m=1,s=20,version=v2", "normface:s=20,learn=no", "coco:s=20",
        ], 1...3)
    func withoutMargin(_ text: String, _ seed: UInt64) throws {
        let sample = Sample.random(seed: seed)
        let expected = Naive.angular(sample, scale: { _ in 20 }) { $0 }
        let found = try Evaluation(text, sample, fraction: 1)
        expectClose(found.loss, expected, tolerance: 1e-10, text)
        guard !found.marginLogits.isEmpty else { return }
        expectClose(
            found.marginLogits.flatMap(\.self), found.logits.flatMap(\.self),
            tolerance: 1e-9, columns: 4, text)
    }

    @Test("without margin is the softmax of its kind", arguments: 1...3)
    func withoutMarginOrScale(_ seed: UInt64) throws {
        var sample = Sample.random(seed: seed)
        let sphere = Naive.angular(sample, scale: Naive.norm) { $0 }
        expectClose(try Evaluation("asoftmax:m=1", sample).loss, sphere, tolerance: 1e-12)
        let softmax = try Evaluation("softmax", sample).loss
        for text in ["softmargin:m=0", "label-smoothing:smoothing=0", "probe", "marginal:lambda=0"]
        {
            expectClose(try Evaluation(text, sample).loss, softmax, tolerance: 1e-12, text)
        }
        for term in Self.terms where term != "minimum-margin" && term != "range" {
            let text = "\(term):weight=0"
            expectClose(try Evaluation(text, sample).loss, softmax, tolerance: 1e-12, text)
        }
        sample.biases = sample.biases.map { _ in 0 }
        expectClose(
            try Evaluation("lsoftmax:m=1", sample).loss, try Evaluation("softmax", sample).loss,
            tolerance: 1e-12)
    }

    @Test("is the Marginal Loss when its pairs stand beside the softmax", arguments: 1...3)
    func marginalPairs(_ seed: UInt64) throws {
        let sample = Sample.random(seed: seed)
        let whole = try Evaluation("marginal", sample)
        let parts = try Evaluation("softmax+marginal-pairs", sample)
        expectClose(parts.loss, whole.loss, tolerance: 1e-12)
        for name in ["embeddings", "weight", "bias"] {
            expectClose(
                parts.gradients[name] ?? [], whole.gradients[name] ?? [], tolerance: 1e-12, name)
        }
    }

    @Test("with angles only sees no norm of class weights", arguments: Losses.angular)
    func weightNorm(_ name: String) throws {
        let sample = Sample.random(seed: 51)
        var scaled = sample
        scaled.weights = zip(sample.weights, [1e-3, 1, 10, 1e4]).map { row, factor in
            row.map { $0 * factor }
        }
        let found = try Evaluation(name, scaled)
        let expected = try Evaluation(name, sample)
        expectClose(found.loss, expected.loss, tolerance: 1e-12)
        expectClose(
            found.gradients["embeddings"] ?? [], expected.gradients["embeddings"] ?? [],
            tolerance: 1e-10, columns: 5, "gradient of embeddings")
    }

    /// All with a scale of their own, but those that take the norm for a quality.
    @Test(
        "with a scale of its own sees no norm of embeddings",
        arguments: Losses.angular.filter { !["asoftmax", "adaface", "magface"].contains($0) } + [
            "l2softmax", "coco-batch:centroids=learnt", "probe+triplet", "probe+contrastive",
            "probe+supcon", "probe+marginal-pairs",
        ])
    func embeddingNorm(_ name: String) throws {
        let sample = Sample.random(seed: 52)
        var scaled = sample
        scaled.embeddings = zip(sample.embeddings, [1e-3, 1, 10, 1e4, 3, 7]).map { row, factor in
            row.map { $0 * factor }
        }
        // The probe itself does see norms.
        func value(_ sample: Sample) throws -> Double {
            let found = try Evaluation(name, sample)
            return found.state.first { Self.terms.contains($0.key) }?.value ?? found.loss
        }
        expectClose(try value(scaled), try value(sample), tolerance: 1e-12)
    }

    @Test(
        "gives a zero embedding no infinite gradient, and angles none at all",
        arguments: Losses.angular + ["l2softmax", "probe+triplet", "probe+contrastive"])
    func zeroEmbedding(_ name: String) throws {
        var sample = Sample.random(seed: 53)
        sample.embeddings[2] = [0, 0, 0, 0, 0]
        let gradient = try Evaluation(name, sample, type: .float32).gradients["embeddings"] ?? []
        #expect(gradient[10..<15].allSatisfy { $0 == 0 })
    }

    @Test(
        "is 0 when there is one class, but for pairs and centres",
        arguments: names.filter { !special.contains($0) })
    func oneClass(_ name: String) throws {
        let sample = try #require(Sample.adversarial.first { $0.name == "one class" })
        var found = try Evaluation(name, sample, type: .float32)
        for (name, value) in found.state where name == "marginal" || Self.terms.contains(name) {
            found.loss -= value
        }
        expectClose(found.loss, 0, tolerance: 1e-6)
    }

    @Test(
        "names its state, starts alike from one seed, and is in the type asked for",
        arguments: names)
    func state(_ name: String) throws {
        func make(_ seed: UInt64, _ type: ElementType) throws -> [StateEntry] {
            try LossCatalogue.make(
                LossSpecification(parsing: name), classes: 7, embeddingSize: 16,
                initial: InitialWeights(seed: seed, path: "head", type: type)
            ).state
        }
        let single = try make(1, .float32)
        let double = try make(1, .float64)
        #expect(single.map(\.name).first == "weight")
        #expect(
            single.map(\.tensor.shape).first == (name.contains("subcenter") ? [21, 16] : [7, 16]))
        #expect(Set(single.map(\.name)).count == single.count)
        for (one, two) in zip(single, double) {
            #expect(one.tensor.requiresGradient == (one.role != .buffer))
            #expect(one.tensor.type == .float32 && two.tensor.type == .float64)
        }
        let again = try make(1, .float32)
        #expect(single[0].tensor.array(of: Float.self) == again[0].tensor.array(of: Float.self))
        let other = try make(2, .float32)
        #expect(single[0].tensor.array(of: Float.self) != other[0].tensor.array(of: Float.self))
    }
}
