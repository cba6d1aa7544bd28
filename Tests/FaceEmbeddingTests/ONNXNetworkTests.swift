import FaceData
import FaceEvaluation
import FaceModels
import Foundation
import ONNX
import OpenVINO
import Testing
import Torch

@testable import FaceEmbedding

/// Networks that `Fixtures/make_onnx.py` made, and what ONNX Runtime computes with them.
enum TinyONNX {
    static let isInstalled: Comment =
        "OpenVINO is not installed; scripts/bootstrap openvino installs it"
    static let side = 16

    static func url(_ name: String) throws -> URL {
        let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
        return folder.appendingPathComponent("onnx/\(name)")
    }

    static func options(
        _ input: RequestedInput = RequestedInput(), batchSize: Int = 128
    ) -> EmbeddingOptions {
        EmbeddingOptions(
            compute: ComputeConfiguration(
                device: .cpu, precision: .float32, memoryFormat: .contiguous, threads: 1),
            batchSize: batchSize, inputSize: side, input: input)
    }

    static func network(
        _ name: String, _ input: RequestedInput = RequestedInput(), batchSize: Int = 128
    ) throws -> ONNXNetwork {
        try ONNXNetwork(try url("\(name).onnx"), options(input, batchSize: batchSize))
    }

    /// Byte i is (i * i + 7 * i) % 251.
    static func images(_ count: Int) -> Tensor {
        let values = (0..<count * 3 * side * side).map { Float(($0 * $0 + 7 * $0) % 251) }
        return Tensor(values, shape: [count, 3, side, side])
    }

    static func goldens() throws -> [String: [Double]] {
        try JSONDecoder().decode(
            [String: [Double]].self, from: Data(contentsOf: try url("goldens.json")))
    }
}

@Suite(
    "Networks in ONNX, run by OpenVINO",
    .enabled("\(TinyONNX.isInstalled)") { OpenVINOLibrary.isAvailable })
struct ONNXNetworkTests {
    private func values(_ name: String, as golden: String, batchSize: Int) throws -> Double {
        let count = 3
        let network = try TinyONNX.network(name, batchSize: batchSize)
        let made = try network.embeddings(
            of: TinyONNX.images(count), network.prepared.preparation
        ).array(of: Float.self)
        let expected = try #require(try TinyONNX.goldens()[golden])
        try #require(made.count == count * 8 && expected.count == 24)
        return zip(made, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
    }

    @Test(
        "Embeddings equal ONNX Runtime's, whatever way the network takes images",
        arguments: [
            ("plain", "plain"), ("any-size", "plain"), ("fixed-batch", "plain"),
            ("two-outputs", "plain"), ("unflattened", "plain"), ("normalizing", "normalizing"),
            ("unit", "unit"), ("channels-last", "channels-last"), ("bytes", "bytes"),
            ("stated", "stated"), ("swapping", "bgr"),
        ], [1, 128])
    func equal(name: (file: String, golden: String), batchSize: Int) throws {
        // The largest values are about 60 with bytes, and about 1 else.
        let found = try values(name.file, as: name.golden, batchSize: batchSize)
        #expect(found < (name.golden == "bytes" ? 1e-4 : 1e-5))
    }

    @Test("A network that normalises its input is given bytes, whatever its nodes are called")
    func notTwice() throws {
        let normalizing = try TinyONNX.network("normalizing").prepared
        #expect(normalizing.preparation == .bytes)
        #expect(
            normalizing.reason
                == "since the network itself subtracts 127.5 and multiplies by 0.007843")
        #expect(try TinyONNX.network("dividing").prepared.preparation == .bytes)
        #expect(try TinyONNX.network("unit").prepared.preparation == .unit)
        #expect(try TinyONNX.network("swapping").prepared.preparation == .bytes)
        #expect(try TinyONNX.network("bytes").prepared.preparation == .bytes)
    }

    @Test("It is said how images are prepared, and why")
    func said() throws {
        #expect(
            try TinyONNX.network("plain").summary
                == "input 16x16, RGB as (byte - 127.5) / 127.5, insightface's convention, as the file "
                + "does not say it")
        #expect(
            try TinyONNX.network("stated").summary
                == "input 16x16, BGR as (byte - 127.5) / 128, by the file's metadata")
        #expect(
            try TinyONNX.network("two-outputs").summary.hasSuffix("; output 'embedding', one of 2"))
        #expect(
            try TinyONNX.network("fixed-batch").summary.hasSuffix("; batches of 2, its only size"))
        let asked = RequestedInput(colourOrder: .bgr, mean: [0], standardDeviation: [255])
        #expect(
            try TinyONNX.network("stated", asked).summary
                == "input 16x16, BGR as byte / 255, as asked for")
    }

    @Test("What is asked for in part leaves the rest to the file, and it is said which")
    func partly() throws {
        let blue = RequestedInput(colourOrder: .bgr)
        let plain = try TinyONNX.network("plain", blue)
        #expect(
            plain.summary
                == "input 16x16, BGR as (byte - 127.5) / 127.5, as asked for, and else insightface's "
                + "convention, as the file does not say it")
        #expect(!plain.prepared.isCertain)
        #expect(try TinyONNX.network("stated", RequestedInput(mean: [0])).prepared.isCertain)
        for part in [
            RequestedInput(mean: [0]), RequestedInput(standardDeviation: [128]),
            RequestedInput(mean: [0], standardDeviation: [128]),
            RequestedInput(colourOrder: .bgr, standardDeviation: [128]),
        ] { #expect(try !TinyONNX.network("plain", part).prepared.isCertain) }
        let whole = RequestedInput(colourOrder: .bgr, mean: [0], standardDeviation: [1])
        #expect(try TinyONNX.network("plain", whole).prepared.isCertain)
    }

    @Test("What was found of a network is told as it is opened")
    func told() throws {
        var lines: [String] = []
        _ = try EmbeddingSource.open(
            try TinyONNX.url("fixed-batch.onnx"), TinyONNX.options(),
            weights: StateDictOptions(log: { lines.append($0) }))
        #expect(
            lines == [
                "'fixed-batch.onnx': \(try TinyONNX.network("fixed-batch").summary)"
            ])
    }

    @Test("Colours can be exchanged")
    func colours() throws {
        let network = try TinyONNX.network("plain", RequestedInput(colourOrder: .bgr))
        let made = try network.embeddings(of: TinyONNX.images(3), network.prepared.preparation)
        let expected = try #require(try TinyONNX.goldens()["bgr"])
        for (value, golden) in zip(made.array(of: Float.self), expected) {
            #expect(abs(Double(value) - golden) < 2e-6)
        }
    }

    @Test(
        "What is no embedding network is refused in a sentence",
        arguments: [
            ("two-inputs", "it has 2 inputs ('images', 'other')"),
            ("rank-2", "its input has the shape [any, 768]"),
            ("wide", "its input is 16x5000 pixels, more than 4096"),
            ("oblong", "its input is 16x32 pixels, and not a square"),
            ("dropout", "the dropout 'drop' is active"),
            ("training", "the batch normalisation 'normalized' uses batch statistics"),
            ("external", "keeps its weights in 'missing.data', which does not exist"),
            ("unknown-operator", "it does not have the operators com.none.FaceMagic"),
        ])
    func refused(name: String, part: String) throws {
        let error = try #require(throws: (any Error).self) {
            _ = try EmbeddingSource.open(try TinyONNX.url("\(name).onnx"), TinyONNX.options())
        }
        #expect("\(error)".contains(part), "\(error)")
        #expect(!"\(error)".contains("\n"))
    }

    @Test("Every cut through a file is found")
    func cut() throws {
        let data = try Data(contentsOf: try TinyONNX.url("plain.onnx"))
        let folder = FileManager.default.temporaryDirectory
        for length in 8..<data.count {
            let url = folder.appendingPathComponent("\(UUID()).onnx")
            defer { try? FileManager.default.removeItem(at: url) }
            try data.prefix(length).write(to: url)
            #expect(throws: (any Error).self) {
                _ = try EmbeddingSource.open(url, TinyONNX.options())
            }
        }
    }
}

@Suite("The arithmetic with which a graph begins")
struct LeadingArithmeticTests {
    private func arithmetic(_ name: String) throws -> LeadingArithmetic? {
        LeadingArithmetic(try ONNXFile(try TinyONNX.url("\(name).onnx")), "images")
    }

    @Test("Scale, shift and the order of channels are read off its first nodes")
    func read() throws {
        #expect(try arithmetic("plain") == nil)
        let scalars = try #require(try arithmetic("normalizing"))
        #expect(scalars.isUniform && !scalars.swapsChannels)
        #expect(abs(scalars.scale * 127.5 - 1) < 1e-6 && abs(scalars.shift + 1) < 1e-6)
        let channels = try #require(try arithmetic("unit"))
        #expect(!channels.isUniform && !channels.swapsChannels)
        // Behind the exchange of channels, which is a node as well.
        let swapping = try #require(try arithmetic("swapping"))
        #expect(swapping.swapsChannels && swapping.isUniform && abs(swapping.shift + 1) < 1e-6)
    }
}

@Suite("The probe of colours and ranges")
struct PreparationProbeTests {
    /// Images of one colour each; pairs of the same and of different colours.
    private struct Colours: ImageSource {
        let count = 400
        let location = URL(fileURLWithPath: "/colours")

        func name(of index: Int) -> String { "\(index)" }

        func read(_ index: Int, into buffer: ReadBuffer) {}
    }

    private func set(_ pairs: Int) -> VerificationPairs {
        VerificationPairs(
            source: Colours(),
            pairs: (0..<pairs).map {
                VerificationPair(first: 2 * $0, second: 2 * $0 + 1, same: $0 % 2 == 0, fold: 0)
            }, folds: 1)
    }

    /// Embeddings with which a fraction of the pairs is classified correctly: one of two directions an image.
    private func table(_ isGood: Bool) throws -> EmbeddingTable {
        let values = (0..<400).flatMap { image -> [Float] in
            let isSame = (image / 2) % 2 == 0
            let isTurned = image % 2 == 1 && (isGood ? !isSame : (image / 4) % 2 == 0)
            return isTurned ? [0, 1] : [1, 0]
        }
        return try EmbeddingTable(count: 400, dimension: 2, values: values)
    }

    @Test("Nothing is tried with few pairs of one kind", arguments: [(15, 185), (185, 15)])
    func onesided(same: Int, different: Int) throws {
        let set = VerificationPairs(
            source: Colours(),
            pairs: (0..<same + different).map {
                VerificationPair(first: 2 * $0, second: 2 * $0 + 1, same: $0 < same, fold: 0)
            }, folds: 1)
        let warning = try PreparationProbe.warning(given: .standard, set) { _, _ in
            Issue.record("something was embedded")
            return nil
        }
        #expect(warning == nil)
    }

    @Test("A preparation that is far better is named with its options")
    func better() throws {
        let bgr = InputPreparation(.bgr, mean: [127.5], standardDeviation: [127.5])
        let warning = try PreparationProbe.warning(given: .standard, set(200)) { other, _ in
            try table(other == bgr)
        }
        #expect(
            warning
                == "with BGR as (byte - 127.5) / 127.5 the network decides 100.0 % of 200 pairs correctly, and "
                + "with RGB as (byte - 127.5) / 127.5, as given, 50.0 %; if it was trained so, add "
                + "--colour bgr --input-mean 127.5 --input-deviation 127.5")
    }

    @Test("What is far worse is no better preparation")
    func worse() throws {
        #expect(
            try PreparationProbe.warning(given: .standard, set(200)) { other, _ in
                try table(other == .standard)
            } == nil)
    }

    @Test("Nothing is said where nothing is better, or there are too few pairs")
    func quiet() throws {
        #expect(
            try PreparationProbe.warning(given: .standard, set(200)) { _, _ in try table(true) }
                == nil)
        #expect(
            try PreparationProbe.warning(given: .standard, set(200)) { other, _ in
                other == .standard ? try table(true) : nil
            } == nil)
        #expect(
            try PreparationProbe.warning(given: .standard, set(30)) { other, _ in
                try table(other != .standard)
            } == nil)
    }
}
