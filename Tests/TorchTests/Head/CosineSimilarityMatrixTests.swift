import Testing
import Torch

/// The cosine similarity matrix against products of whole tensors.
@Suite("Cosine table")
struct CosineSimilarityMatrixTests {
    private static let shapes = [
        [1, 1, 1], [2, 3, 5], [16, 128, 32], [17, 129, 33], [40, 700, 96],
    ]
    /// Every set of instructions that this processor has.
    private static let levels = Kernels.allCases.filter { $0 > .libTorch && $0 <= .best }

    private func tensor(_ shape: [Int], _ seed: UInt64, _ type: ElementType) -> Tensor {
        let tensor = Tensor.zeros(shape, type: type)
        tensor.fillNormal(standardDeviation: 1, seed: seed)
        return tensor
    }

    /// Loss and gradients of a plain scaled softmax of cosines, by the table or by tensors.
    private func softmax(
        _ shape: [Int], type: ElementType, classes: Tensor? = nil, byTable: Bool,
        precision: ElementType = .float32
    ) -> (loss: Double, unitEmbeddings: [Double], weight: [Double], scale: [Double]) {
        let unitEmbeddings = tensor([shape[0], shape[2]], 1, type).l2Normalized().withGradient()
        let weight = tensor([shape[1], shape[2]], 2, type).withGradient()
        let scale = tensor([shape[0]], 3, type).abs().withGradient()
        let labels = Tensor((0..<shape[0]).map { $0 * 7 % shape[1] })
        let loss: Tensor
        if byTable {
            let table = CosineSimilarityMatrix(
                unitEmbeddings: unitEmbeddings, weight: weight, classes: classes, labels: labels,
                precision: precision, workspace: HeadWorkspace())
            loss =
                table.crossEntropy(
                    targetLogits: table.targetCosines * scale, scale: scale
                ).loss
        } else {
            let cosines = unitEmbeddings.linear(weight: weight.l2Normalized())
            loss = (cosines * scale.unsqueezed(1)).crossEntropy(labels: labels)
        }
        loss.backward()
        return (
            loss.item(), unitEmbeddings.gradient?.array() ?? [],
            weight.gradient?.dense().array() ?? [], scale.gradient?.array() ?? []
        )
    }

    private func expectClose(_ found: [Double], _ expected: [Double], _ tolerance: Double) {
        #expect(found.count == expected.count)
        let largest = max(1, expected.map(abs).max() ?? 0)
        for (mine, theirs) in zip(found, expected) {
            #expect(abs(mine - theirs) <= tolerance * largest)
        }
    }

    @Test("gives the softmax of products", arguments: shapes, levels)
    func products(_ shape: [Int], _ level: Kernels) {
        for (type, tolerance) in [(ElementType.float64, 1e-12), (.float32, 1e-6)] {
            let found = withKernels(upTo: level) { softmax(shape, type: type, byTable: true) }
            let expected = softmax(shape, type: type, byTable: false)
            expectClose([found.loss], [expected.loss], tolerance)
            expectClose(found.unitEmbeddings, expected.unitEmbeddings, tolerance)
            expectClose(found.weight, expected.weight, tolerance)
            expectClose(found.scale, expected.scale, tolerance)
        }
    }

    @Test("gives it of operands rounded to bfloat16", arguments: shapes, levels)
    func roundedProducts(_ shape: [Int], _ level: Kernels) {
        let found = withKernels(upTo: level) {
            softmax(shape, type: .float32, byTable: true, precision: .bfloat16)
        }
        let expected = softmax(shape, type: .float32, byTable: false)
        expectClose([found.loss], [expected.loss], 1e-2)
        for (mine, theirs) in [
            (found.unitEmbeddings, expected.unitEmbeddings), (found.weight, expected.weight),
            (found.scale, expected.scale),
        ] {
            // Of one class there is no gradient.
            let largest = max(1e-6, theirs.map(abs).max() ?? 0)
            expectClose(mine.map { $0 / largest }, theirs.map { $0 / largest }, 5e-2)
        }
    }

    /// More classes than a part has, so that sums of several parts are joined.
    @Test("has the same bits with any number of threads", arguments: [false, true])
    func threads(rounded: Bool) {
        let results = [1, 2, 3].map { threads in
            LibTorch.withThreads(threads) {
                softmax(
                    [40, 5000, 32], type: .float32, byTable: true,
                    precision: rounded ? .bfloat16 : .float32)
            }
        }
        for other in results.dropFirst() {
            #expect(other.loss == results[0].loss && other.scale == results[0].scale)
            // In float32 LibTorch multiplies, which splits sums by threads.
            if rounded, LibTorch.hasBFloat16Instructions {
                #expect(other.unitEmbeddings == results[0].unitEmbeddings)
                #expect(other.weight == results[0].weight)
            }
        }
    }

    @Test("is an error, and no wrong number, where it is differentiated twice")
    func overwritten() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let weight = Tensor([1, 0, 0, 1] as [Double], shape: [2, 2]).withGradient()
            let table = CosineSimilarityMatrix(
                unitEmbeddings: Tensor([0.6, 0.8] as [Double], shape: [1, 2]), weight: weight,
                labels: Tensor([1]), workspace: HeadWorkspace())
            let scale = Tensor([2] as [Double])
            let losses = (0..<2).map { _ in
                table.crossEntropy(targetLogits: table.targetCosines * scale, scale: scale).loss
            }
            (losses[0] + losses[1]).backward()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("a cosine similarity matrix became its gradient"))
    }

    @Test("of all classes by their numbers is the table of all classes, bit for bit")
    func everyClass() {
        let shape = [17, 300, 33]
        let all = softmax(shape, type: .float32, byTable: true)
        let listed = softmax(shape, type: .float32, classes: Tensor.range(300), byTable: true)
        #expect(all.loss == listed.loss && all.weight == listed.weight)
        #expect(all.unitEmbeddings == listed.unitEmbeddings)
    }

    @Test("takes rows whose squares overflow or vanish, and rows of zeros")
    func extremes() {
        let weight = Tensor(
            [3e30, 4e30, 3e-20, 4e-20, 0, 0, 0.6, 0.8] as [Float], shape: [4, 2]
        ).withGradient()
        let unitEmbeddings = Tensor([0.6, 0.8] as [Float], shape: [1, 2])
        let table = CosineSimilarityMatrix(
            unitEmbeddings: unitEmbeddings, weight: weight, labels: Tensor([2]),
            workspace: HeadWorkspace())
        let scale = Tensor([2] as [Float])
        #expect(table.targetCosines.item() == 0)
        // Three cosines of 1 beside the target class's 0.
        #expect(abs(table.nonTargetExponentials(scale: scale).item() - 22.167) < 1e-3)
        let loss = table.crossEntropy(targetLogits: table.targetCosines * scale, scale: scale).loss
        #expect(abs(loss.item() - 3.1428) < 1e-4)
        loss.backward()
        let gradient: [Float] = weight.gradient?.array() ?? []
        #expect(gradient.allSatisfy(\.isFinite) && gradient[4] == 0 && gradient[5] == 0)
    }

    @Test("says who is first as an arg-max does, of equal ones the first")
    func ties() {
        let weight = Tensor([1, 0, 1, 0, 0, 1] as [Double], shape: [3, 2])
        let unitEmbeddings = Tensor([1, 0, 1, 0, 0, 1, 0, 0] as [Double], shape: [4, 2])
        let table = CosineSimilarityMatrix(
            unitEmbeddings: unitEmbeddings, weight: weight, labels: Tensor([0, 1, 2, 1]),
            workspace: HeadWorkspace())
        let outcome = table.crossEntropy(
            targetLogits: table.targetCosines * 3 - 1, scale: Tensor([3, 3, 3, 3] as [Double]))
        #expect(outcome.isTop1Correct.array(of: Int.self) == [1, 0, 1, 0])
        #expect(outcome.isTop1CorrectWithMargin.array(of: Int.self) == [0, 0, 1, 0])
    }

    @Test("changes the non-target classes' cosines, in parts, and differentiates through that")
    func nonTargets() {
        // More classes than a part has.
        let unitEmbeddings = tensor([3, 4], 1, .float64).l2Normalized().withGradient()
        let weight = tensor([5000, 4], 2, .float64).withGradient()
        let labels = Tensor([4999, 0, 2500])
        func change(_ cosines: Tensor) -> Tensor { cosines * cosines * cosines - 0.5 }
        let table = CosineSimilarityMatrix(
            unitEmbeddings: unitEmbeddings, weight: weight, labels: labels,
            workspace: HeadWorkspace())
        let scale = Tensor([5, 10, 20] as [Double])
        let found = table.crossEntropy(
            targetLogits: table.targetCosines * scale, scale: scale, nonTargets: change
        ).loss
        found.backward()
        let gradients = [unitEmbeddings, weight].map { $0.gradient?.array(of: Double.self) ?? [] }
        for parameter in [unitEmbeddings, weight] { parameter.gradient = nil }
        let cosines = unitEmbeddings.linear(weight: weight.l2Normalized())
        let columns = labels.unsqueezed(1)
        let expected =
            (change(cosines).scattered(1, columns, cosines.gathered(1, columns))
            * scale.unsqueezed(1)).crossEntropy(labels: labels)
        expected.backward()
        expectClose([found.item()], [expected.item()], 1e-12)
        expectClose(gradients[0], unitEmbeddings.gradient?.array() ?? [], 1e-12)
        expectClose(gradients[1], weight.gradient?.array() ?? [], 1e-12)
    }
}
