import FaceData
import FaceLosses
import FaceModels
import FaceRuns
import Foundation
import ModelFormats
import Testing
import Torch

@testable import FaceEmbedding

/// Whom a network was trained on, and the weights that a training begins with: what is beside a model.
@Suite("Files beside a model", .serialized)
struct TrainedPeopleTests {
    private struct Names: ImageSource {
        let names: [String]
        var location: URL { URL(fileURLWithPath: "/names") }
        var count: Int { names.count }
        func name(of index: Int) -> String { names[index] }
        func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
            throw .badImage(path: names[index], reason: "it has no content")
        }
    }

    private func pairs(_ people: [String]) -> VerificationPairs {
        VerificationPairs(
            source: Names(names: people.map { "\($0)/1.jpg" }),
            pairs: [.init(first: 0, second: 1, same: false, fold: 0)], folds: 1)
    }

    private func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }

    private func writeHead(_ names: [String], in folder: URL) throws {
        let weight = Tensor([Float](repeating: 1, count: 2 * names.count), shape: [names.count, 2])
        try HeadFile.write(
            [StateEntry("weight", weight, .weight)], loss: "softmax", identities: names,
            to: folder.appendingPathComponent("head.safetensors"))
    }

    @Test("People of a test set who were trained on are counted and named")
    func people() throws {
        try withFolder { folder in
            let model = folder.appendingPathComponent("model.safetensors")
            try writeHead(["Ann_Lee", "bob", "17"] + (0..<9).map { "person \($0)x" }, in: folder)
            let known = try #require(TrainedPeople(beside: model, trainSet: "casia"))
            #expect(known.trainSet == "casia")
            #expect(known.warning(of: pairs(["carol", "dave"])) == nil)
            #expect(
                known.warning(of: pairs(["Ann_Lee", "carol"]))
                    == "1 person of it is in 'casia', which the network was trained on, which makes "
                    + "its figures too good: Ann_Lee")
            #expect(
                known.warning(of: pairs(["Ann_Lee", "17"]))
                    == "2 people of it are in 'casia', which the network was trained on (1 by a mere "
                    + "number, which may be somebody else's), which makes its figures too good: "
                    + "17, Ann_Lee")
            let many = try #require(
                known.warning(of: pairs(["bob", "Ann_Lee"] + (0..<9).map { "person_\($0)x" })))
            #expect(many.hasPrefix("11 people of it are in 'casia'"))
            #expect(many.hasSuffix(", person_7x, ...") && many.contains("too good: Ann_Lee, bob, "))
        }
    }

    @Test("Without a head they are not known, and without a training set nothing is said")
    func unknown() throws {
        try withFolder { folder in
            let model = folder.appendingPathComponent("model.safetensors")
            #expect(TrainedPeople(beside: model, trainSet: nil) == nil)
            let unknown = try #require(TrainedPeople(beside: model, trainSet: "casia"))
            #expect(
                unknown.warning(of: pairs(["ann", "bob"]))
                    == "whether its people were in 'casia', which the network was trained on, is not "
                    + "known: there is no head.safetensors beside it")
            #expect(unknown.warning(of: pairs([])) == nil)
            try Data("x".utf8).write(to: folder.appendingPathComponent("head.safetensors"))
            let damaged = try #require(TrainedPeople(beside: model, trainSet: "casia"))
            #expect(damaged.warning(of: pairs(["ann", "bob"]))?.contains("not known: ") == true)
        }
    }

    // MARK: Weights to begin with

    private func backbone(_ seed: UInt64 = 3) throws -> any Backbone {
        try BackboneCatalogue.make(
            BackboneSpecification(parsing: "mobilenetv1:width=0.25"), inputSize: 32,
            initial: InitialWeights(seed: seed))
    }

    @Test("A model of Facet's brings its head and its input, and another name brings no head")
    func weights() throws {
        try withFolder { folder in
            let model = folder.appendingPathComponent("model.safetensors")
            let normalization = InputNormalization(mean: 3, standardDeviation: 5, order: .bgr)
            try ModelFile.write(
                try backbone(), .init(inputSize: 32, normalization: normalization), to: model)
            let alone = try PretrainedWeights(model)
            #expect(alone.headURL == nil && alone.normalization == normalization)
            #expect(alone.contentHash.count == 64)
            try writeHead(["a", "b"], in: folder)
            let both = try PretrainedWeights(model)
            #expect(both.headURL?.lastPathComponent == "head.safetensors")
            #expect(both.contentHash.hasPrefix(alone.contentHash + "-"))
            #expect(both.contentHash.count == 129)
            let other = folder.appendingPathComponent("copy.safetensors")
            try FileManager.default.copyItem(at: model, to: other)
            let copy = try PretrainedWeights(other)
            #expect(copy.headURL == nil && copy.contentHash == alone.contentHash)
            let network = try backbone(4)
            let match = try both.match(
                network.state, of: network.specification, inputSize: 32, isPartial: false)
            #expect(match.isWhole && match.fitted.count == network.state.count)
        }
    }

    @Test("Another network is advised where more of the file fits it, and only there")
    func advice() throws {
        try withFolder { folder in
            let model = folder.appendingPathComponent("w.safetensors")
            let full = try BackboneCatalogue.make(
                BackboneSpecification(parsing: "mobilenetv1"), inputSize: 32,
                initial: InitialWeights(seed: 3))
            try Safetensors.write(full.state, metadata: [:], to: model)
            let weights = try PretrainedWeights(model)
            func refusal(_ text: String) throws -> String {
                let network = try BackboneCatalogue.make(
                    BackboneSpecification(parsing: text), inputSize: 32, initial: .zeros())
                let error = #expect(throws: (any Error).self) {
                    _ = try weights.match(
                        network.state, of: network.specification, inputSize: 32, isPartial: false)
                }
                return error.map { "\($0)" } ?? ""
            }
            #expect(try refusal("iresnet18").contains("; mobilenetv1 fits better: "))
            // Of another width: it is the same network.
            #expect(try !refusal("mobilenetv1:width=0.25").contains("fits better"))
        }
    }

    @Test("Weights of another network are refused, in part taken where that is asked for")
    func misfit() throws {
        try withFolder { folder in
            let model = folder.appendingPathComponent("w.safetensors")
            try Safetensors.write(Array(try backbone().state.prefix(5)), metadata: [:], to: model)
            let weights = try PretrainedWeights(model)
            #expect(weights.normalization == nil)
            let network = try backbone()
            let error = #expect(throws: (any Error).self) {
                _ = try weights.match(
                    network.state, of: network.specification, inputSize: 32, isPartial: false)
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains("; take what fits with --partial"))
            #expect(
                try weights.match(
                    network.state, of: network.specification, inputSize: 32, isPartial: true
                ).fitted.count == 5)
        }
    }

    @Test("A path is a file, a run's model, or in a study the run of the backbone and the seed")
    func files() throws {
        try withFolder { folder in
            let study = StudyFolder(folder)
            let specification = try BackboneSpecification(parsing: "mobilenetv1:width=0.25")
            func find(_ url: URL, seed: UInt64 = 1) throws -> String {
                try PretrainedWeights.file(url, backbone: specification, seed: seed)
                    .deletingLastPathComponent().lastPathComponent
            }
            func reason(_ url: URL, seed: UInt64 = 1) -> String? {
                do {
                    _ = try find(url, seed: seed)
                    return nil
                } catch { return "\(error)" }
            }
            #expect(reason(folder.appendingPathComponent("none"))?.contains("no such file") == true)
            #expect(reason(folder)?.contains("no run with one") == true)
            for (name, backbone, seed) in [
                ("a", "mobilenetv1:width=0.25", 1), ("b", "mobilenetv1:width=0.25", 2),
                ("c", "resnet18", 1), ("d", "mobilenetv1:width=0.25", 2),
            ] as [(String, String, UInt64)] {
                let run = study.run(named: name)
                let identity = RunIdentity(
                    trainSet: "t", backbone: backbone, loss: "softmax", sampler: "shuffle",
                    seed: seed)
                try run.write(
                    RunDescription(
                        identity: identity, lossTitle: "Softmax",
                        backbone: BackboneFacts(
                            title: "n", parameters: 1, multiplyAdds: 1, embeddingSize: 1,
                            inputSize: 32),
                        train: TrainSetFacts(
                            name: "t", images: 1, identities: 1, contentHash: ""), tests: [],
                        epochs: 1, batchSize: 2, configuration: .null, command: ""))
                try Data().write(to: run.modelURL)
            }
            #expect(try find(study.run(named: "c").modelURL) == "c")
            #expect(try find(study.run(named: "b").url) == "b")
            #expect(try find(folder, seed: 1) == "a")
            #expect(
                reason(folder, seed: 2)?.contains(
                    "3 runs of it have the backbone mobilenetv1:width=0.25") == true)
            #expect(reason(folder, seed: 2)?.contains("choose one, as 'b'") == true)
            for name in ["b", "d"] {
                try FileManager.default.removeItem(at: study.run(named: name).url)
            }
            #expect(try find(folder, seed: 9) == "a")
            try FileManager.default.removeItem(at: study.run(named: "a").url)
            #expect(
                reason(folder)?.contains(
                    "none of its 1 run with a model has the backbone mobilenetv1:width=0.25")
                    == true)
        }
    }
}
