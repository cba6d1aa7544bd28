import FaceLosses
import FaceModels
import Foundation
import Processes
import TestTeams
import Testing
import Torch

@testable import FaceTraining

/// Steps and runs whose classes processes share out: 40 classes in blocks of 8.
@Suite("A head that is shared out", .serialized)
struct SharedLossTests {
    private static let classes = 40
    private static let progress = LossProgress(fraction: 0.3, step: 7)
    private static let labels = [0, 39, 8, 7, 15, 16, 31, 32, 24, 23, 5, 38]

    private static func loss(_ name: String, rate: Double = 1) throws -> any FaceLoss {
        let loss = try LossCatalogue.make(
            LossSpecification(parsing: name), classes: classes, embeddingSize: 8,
            initial: InitialWeights(seed: 2, path: "head"), head: HeadOptions(rate: rate))
        (loss as? any DividedHead)?.divide(intoBlocksOf: 8)
        return loss
    }

    private static func images() -> Tensor {
        let images = Tensor.zeros([12, 3, 4, 4])
        images.fillNormal(standardDeviation: 1, seed: 3)
        return images
    }

    // MARK: Steps

    /// What a process has after some steps.
    private struct Numbers: Sendable {
        /// Rows of the class weights, and of what the optimiser remembers of them.
        var shared: [[Float]] = []
        var shapes: [[Int]] = []
        /// All other tensors.
        var others: [[Double]] = []
        /// Loss, norm of the gradients, and correct samples of each step.
        var steps: [[Double]] = []

        /// What several processes have together; their other tensors must be the same.
        static func joined(_ parts: [Numbers]) -> Numbers {
            var all = parts[0]
            for part in parts.dropFirst() {
                #expect(part.others == all.others && part.steps == all.steps)
                for index in all.shared.indices { all.shared[index] += part.shared[index] }
            }
            return all
        }
    }

    /// Three steps of six micro-batches by one of several processes, or by this one alone.
    private static func numbers(
        _ name: String, rate: Double, adam: Bool = false, _ team: ProcessTeam?
    ) throws -> Numbers {
        let model = Model(backbone: ToyBackbone(), loss: try loss(name, rate: rate))
        let rows = SharedRows(model.loss, team)
        let optimizer: any Optimizer =
            adam
            ? AdamW(model.state.parameters, options: AdamW.Options())
            : SGD(model.state.parameters, options: SGD.Options())
        let step = MicroBatchedStep(
            model: model, optimizer: optimizer, precision: .float32, device: .cpu,
            microBatches: 6, team: team)
        let own = images().narrowed(
            0, step.localMicroBatches.lowerBound * 2..<step.localMicroBatches.upperBound * 2)
        var numbers = Numbers()
        for index in 0..<3 {
            var progress = progress
            progress.step += index
            let found = try step.take(
                images: own, labels: labels, learningRate: 0.1, gradientClip: 0.5,
                progress: progress)
            numbers.steps.append([
                found.sums.loss, found.gradientNorm, Double(found.sums.correct),
                Double(found.sums.correctWithMargin),
            ])
        }
        let state = model.state + optimizer.state
        rows?.find(in: state)
        let isShared = { (entry: StateEntry) in
            entry.name.hasSuffix("loss.weight") && entry.tensor.rank == 2
        }
        for entry in state where isShared(entry) {
            numbers.shared.append(entry.tensor.array())
            numbers.shapes.append(entry.tensor.shape)
            #expect(rows == nil || rows?.shape(of: entry)[0] == classes * each(name))
        }
        numbers.others = state.filter { !isShared($0) }.map { $0.tensor.array() }
        return numbers
    }

    /// Rows of a class.
    private static func each(_ name: String) -> Int { name.hasPrefix("subcenter") ? 2 : 1 }

    /// Losses that look at the batch in different ways, and which of the classes take part.
    private static let losses: [(String, Double)] = [
        ("arcface", 1), ("arcface", 0.3), ("curricular", 1), ("curricular", 0.5), ("adacos", 1),
        ("normface", 1), ("subcenter:k=2", 1), ("subcenter:k=2", 0.3), ("magface:grad=exact", 1),
        ("asoftmax", 1), ("adaface", 0.4),
    ]

    @Test("ends with the same bytes, however many processes share it", arguments: losses)
    func shared(_ name: String, _ rate: Double) throws {
        let alone = try Self.numbers(name, rate: rate, nil)
        #expect(alone.steps.allSatisfy { $0[0].isFinite && $0[1] > 0.5 })
        // Five blocks: a sixth process has none.
        for size in (name, rate) == Self.losses[0] ? [2, 3, 4, 6] : [3, 6] {
            let parts = try together(size) { try Self.numbers(name, rate: rate, $0) }
                .map { try $0.get() }
            let all = Numbers.joined(parts)
            #expect(all.shared == alone.shared, "\(size) processes")
            #expect(all.others == alone.others && all.steps == alone.steps, "\(size) processes")
            for (rank, part) in parts.enumerated() {
                let blocks = 5 * rank / size..<5 * (rank + 1) / size
                let rows = blocks.count * 8 * Self.each(name)
                #expect(part.shapes == [[rows, 8], [rows, 8]], "rank \(rank) of \(size)")
            }
        }
    }

    @Test("ends with the same bytes with AdamW, whose two moments are shared out too")
    func adam() throws {
        let alone = try Self.numbers("arcface", rate: 1, adam: true, nil)
        let parts = try together(2) { try Self.numbers("arcface", rate: 1, adam: true, $0) }
            .map { try $0.get() }
        let all = Numbers.joined(parts)
        #expect(all.shared == alone.shared && all.others == alone.others)
        #expect(parts.map(\.shapes) == [16, 24].map { [[$0, 8], [$0, 8], [$0, 8]] })
    }

    @Test("takes the steps of a head that is not divided", arguments: losses)
    func whole(_ name: String, _ rate: Double) throws {
        let divided = try Self.numbers(name, rate: rate, nil)
        let loss = try LossCatalogue.make(
            LossSpecification(parsing: name), classes: Self.classes, embeddingSize: 8,
            initial: InitialWeights(seed: 2, path: "head"), head: HeadOptions(rate: rate))
        #expect(SharedLoss(loss, .exact, nil) == nil, "40 classes are one block")
        let model = Model(backbone: ToyBackbone(), loss: loss)
        let step = MicroBatchedStep(
            model: model, optimizer: SGD(model.state.parameters, options: SGD.Options()),
            precision: .float32, device: .cpu, microBatches: 6, team: nil)
        for expected in divided.steps.enumerated() {
            var progress = Self.progress
            progress.step += expected.offset
            let found = try step.take(
                images: Self.images(), labels: Self.labels, learningRate: 0.1, gradientClip: 0.5,
                progress: progress)
            #expect(abs(found.sums.loss - expected.element[0]) < 1e-4 * expected.element[0])
            #expect(abs(found.gradientNorm - expected.element[1]) < 1e-4 * expected.element[1])
        }
        let weights = loss.state[0].tensor.array(of: Float.self)
        for (mine, theirs) in zip(weights, divided.shared[0]) { #expect(abs(mine - theirs) < 1e-4) }
    }

    @Test("stops in all processes where one alone has what is not a number", arguments: 0..<3)
    func notFinite(_ rank: Int) throws {
        let results = try together(3) { team -> (loss: Double, changed: Bool) in
            let model = Model(backbone: ToyBackbone(), loss: try Self.loss("arcface"))
            _ = SharedRows(model.loss, team)
            if team.rank == rank {
                model.loss.state[0].tensor.detached().narrowed(0, 2..<3).fill(.nan)
            }
            let step = MicroBatchedStep(
                model: model, optimizer: SGD(model.state.parameters, options: SGD.Options()),
                precision: .float32, device: .cpu, microBatches: 3, team: team)
            let before = model.backbone.state.map { $0.tensor.array(of: Float.self) }
            let loss = try step.take(
                images: Self.images().narrowed(0, team.rank * 4..<team.rank * 4 + 4),
                labels: Self.labels, learningRate: 0.1, gradientClip: 5, progress: Self.progress
            ).sums.loss
            return (loss, model.backbone.state.map { $0.tensor.array(of: Float.self) } != before)
        }
        for result in results {
            let (loss, changed) = try result.get()
            #expect(!loss.isFinite && !changed)
        }
    }

    // MARK: Rows

    @Test("gathers each row once, in pieces of 16 MiB at most")
    func pieces() throws {
        // 1,200,000 rows of 32 bytes in four blocks, of which each process has two.
        let found = try together(2) { team -> [Int] in
            let loss = try LossCatalogue.make(
                LossSpecification(parsing: "arcface"), classes: 1_200_000, embeddingSize: 8,
                initial: InitialWeights(seed: 2, path: "head"), head: HeadOptions())
            (loss as? any DividedHead)?.divide(intoBlocksOf: 300_000)
            let rows = try #require(SharedRows(loss, team))
            rows.find(in: loss.state.prefixed("loss"))
            var sizes: [Int] = []
            try rows.gather(try #require(rows.entries.first)) { sizes.append($0.shape[0]) }
            return sizes
        }.map { try $0.get() }
        #expect(found == [[524_288, 75_712, 524_288, 75_712], []])
    }

    @Test("draws the first weights of own classes alone, the same numbers")
    func ownWeights() throws {
        let name = "arcface"
        @Sendable func make(_ team: ProcessTeam?) throws -> any FaceLoss {
            try LossCatalogue.make(
                LossSpecification(parsing: name), classes: 9_000, embeddingSize: 4,
                initial: InitialWeights(seed: 2, path: "head"), head: HeadOptions(),
                ownBlocks: team.map { team in { $0.range(of: team.rank, among: team.size) } })
        }
        let all = try make(nil).state[0].tensor.array(of: Float.self)
        let found = try together(2) { team -> [[Float]] in
            let loss = try make(team)
            let rows = try #require(SharedRows(loss, team))
            rows.find(in: loss.state.prefixed("loss"))
            let drawn = loss.state[0].tensor.array(of: Float.self)
            // Nothing is sent, since nothing was read.
            try rows.distribute(try #require(rows.entries.first))
            let own = loss.state[0].tensor.array(of: Float.self)
            try rows.restoreWeights()
            return [drawn, own, loss.state[0].tensor.array()]
        }.map { try $0.get() }
        #expect(found.map { $0[0].count } == [4096 * 4, 4904 * 4])
        #expect(found.flatMap { $0[0] } == all && found.flatMap { $0[1] } == all)
        #expect(found[0][2] == all)
    }

    @Test("has the weights of all classes at process 0 again, once")
    func restored() throws {
        let found = try together(2) { team -> [[Float]] in
            let loss = try Self.loss("arcface")
            let whole = loss.state[0].tensor.array(of: Float.self)
            let rows = try #require(SharedRows(loss, team))
            rows.find(in: loss.state.prefixed("loss"))
            let own = loss.state[0].tensor.array(of: Float.self)
            try rows.restoreWeights()
            let restored = loss.state[0].tensor.array(of: Float.self)
            // What is done to them afterwards stays.
            loss.state[0].tensor.detached().fill(7)
            try rows.restoreWeights()
            return [whole, own, restored, loss.state[0].tensor.array()]
        }.map { try $0.get() }
        for (rank, arrays) in found.enumerated() {
            let (whole, own, restored) = (arrays[0], arrays[1], arrays[2])
            #expect(whole.count == 40 * 8 && own.count == (rank == 0 ? 16 : 24) * 8)
            #expect(restored == (rank == 0 ? whole : own))
            #expect(own == Array(rank == 0 ? whole.prefix(128) : whole.suffix(192)))
            #expect(arrays[3] == Array(repeating: 7, count: restored.count))
        }
    }

    // MARK: Runs

    private static func trainer(
        _ folder: URL, _ team: ProcessTeam?, rate: Double = 1
    ) throws -> Trainer {
        var configuration = TrainingConfiguration(
            epochs: 2, batchSize: 12, schedule: LearningRateSchedule(peak: 0.05, warmup: 0.1))
        configuration.microBatches = 6
        return try Trainer(
            model: Model(backbone: ToyBackbone(), loss: try loss("arcface", rate: rate)),
            source: ToySource(imageCount: 48, batchSize: 12, classes: classes),
            configuration: configuration,
            compute: ComputeConfiguration(
                device: .cpu, precision: .float32, memoryFormat: .channelsLast, threads: 1),
            checkpoint: folder, fingerprint: "toy", team: team)
    }

    /// Trains in one of several processes until a step was taken, or to the end.
    ///
    /// - Returns: The rows of the class weights that the last epoch's observer found, if it was called.
    private static func run(
        _ folder: URL, _ team: ProcessTeam?, to step: Int = .max, rate: Double = 1
    ) throws -> [Int] {
        let own = folder.appendingPathComponent("rank \(team?.rank ?? 0)")
        let trainer = try trainer(team?.leads == false ? own : folder, team, rate: rate)
        var rows: [Int] = []
        do {
            try trainer.run(
                saveInterval: .zero, shouldStop: { trainer.position.step >= step }
            ) { event in
                if case .epoch = event { rows.append(trainer.model.loss.state[0].tensor.shape[0]) }
            }
        } catch FaceTrainingError.interrupted {}
        return rows
    }

    private static func digest(_ folder: URL) throws -> String {
        try Safetensors.tensorDigest(of: folder.appendingPathComponent("last.safetensors"))
    }

    @Test("goes on with other numbers of processes, to the same file", arguments: [1, 0.3])
    func resumes(_ rate: Double) throws {
        try withFolder { alone in
            #expect(try Self.run(alone, nil, rate: rate) == [40, 40])
            let expected = try Self.digest(alone)
            for sizes in [[2, 1, 3], [3, 2, 1], [1, 4, 2]] {
                try withFolder { folder in
                    for (size, step) in zip(sizes, [3, 6, .max]) {
                        if size == 1 {
                            _ = try Self.run(folder, nil, to: step, rate: rate)
                        } else {
                            let found = try together(size) {
                                try Self.run(folder, $0, to: step, rate: rate)
                            }
                            for result in found { _ = try result.get() }
                        }
                    }
                    #expect(try Self.digest(folder) == expected, "\(sizes)")
                }
            }
        }
    }

    @Test("has the whole model where process 0 hears of the last epoch, and not before")
    func whole() throws {
        try withFolder { folder in
            let rows = try together(2) { try Self.run(folder, $0) }.map { try $0.get() }
            #expect(rows == [[16, 40], []])
            let file = try Safetensors.read(folder.appendingPathComponent("last.safetensors"))
            #expect(file.tensors["loss.weight"]?.shape == [40, 8])
            #expect(file.tensors["velocity.loss.weight"]?.shape == [40, 8])
            // A run that is finished already is whole as well.
            let again = try together(2) { team -> Int in
                let trainer = try Self.trainer(
                    team.leads ? folder : folder.appendingPathComponent("other"), team)
                try trainer.run { _ in }
                return trainer.model.loss.state[0].tensor.shape[0]
            }.map { try $0.get() }
            #expect(again == [40, 24])
        }
    }

    @Test("ends in all processes where process 0 cannot save", arguments: [1, 3, 4, 8])
    func cannotSave(_ step: Int) throws {
        struct Full: Error {}
        try withFolder { folder in
            let results = try together(2) { team -> Int in
                let trainer = try Self.trainer(
                    team.leads ? folder : folder.appendingPathComponent("other"), team)
                try trainer.run(saveInterval: .zero) { event in
                    if case .saving(let position) = event, position.step >= step { throw Full() }
                }
                return trainer.position.step
            }
            #expect(throws: Full.self) { _ = try results[0].get() }
            #expect(results[1].processError == .abandoned)
        }
    }

    @Test("ends in all processes where process 0 fails after a step", arguments: [1, 3, 4, 8])
    func failsBetweenSteps(_ step: Int) throws {
        struct Lost: Error {}
        try withFolder { folder in
            let results = try together(2) { team -> Int in
                let trainer = try Self.trainer(
                    team.leads ? folder : folder.appendingPathComponent("other"), team)
                try trainer.run { event in
                    if team.leads, case .step(let summary) = event, summary.step >= step {
                        throw Lost()
                    }
                }
                return trainer.position.step
            }
            #expect(throws: Lost.self) { _ = try results[0].get() }
            #expect(results[1].processError == .abandoned)
        }
    }

    @Test("ends in all processes where process 0 can no longer read what it distributes")
    func cannotRead() throws {
        try withFolder { folder in
            _ = try Self.run(folder, nil, to: 2)
            let gone = TorchError.file(path: "x", reason: "it is gone")
            let results = try together(2) { team -> Int in
                let trainer = try Self.trainer(
                    team.leads ? folder : folder.appendingPathComponent("other"), team)
                if team.leads, let rows = trainer.rows, let entry = rows.entries.first {
                    rows.keep(entry) { _ throws(TorchError) in throw gone }
                }
                try trainer.run { _ in }
                return trainer.position.step
            }
            #expect(throws: gone) { _ = try results[0].get() }
            #expect(results[1].processError == .abandoned)
        }
    }

    @Test("refuses a file of other classes, and names both numbers")
    func otherClasses() throws {
        try withFolder { folder in
            let url = folder.appendingPathComponent("last.safetensors")
            _ = try Self.run(folder, nil, to: 2)
            var content = try Safetensors.read(url)
            content.tensors["loss.weight"] = Tensor.zeros([39, 8])
            let names = try Self.trainer(folder.appendingPathComponent("new"), nil)
                .checkpoint.state.map(\.name)
            try CheckedFile.write(
                names.map { StateEntry($0, content.tensors[$0] ?? .zeros([0]), .buffer) },
                metadata: content.metadata, to: url)
            let results = try together(2) { team -> String in
                guard team.leads else { return "" }
                do { _ = try Self.trainer(folder, team) } catch { return "\(error)" }
                return "nothing"
            }
            let text = try results[0].get()
            #expect(text.contains("39") && text.contains("40"), "\(text)")
        }
    }
}
