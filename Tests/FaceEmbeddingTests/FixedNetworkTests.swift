import FaceData
import FaceModels
import Foundation
import FaceEvaluation
import Testing
import Torch

@testable import FaceEmbedding

/// Networks whose embeddings change from call to call or with the company of an image.
@Suite("Whether a network is fixed")
struct FixedNetworkTests {
    /// Gives the mean of each image in three channels, plus what a closure adds.
    private final class Means: Backbone {
        let specification = BackboneSpecification.standard(MobileNetV1.descriptor)
        private let change: (_ call: Int, _ means: Tensor) -> Tensor
        private(set) var counts: [Int] = []

        init(_ change: @escaping (_ call: Int, _ means: Tensor) -> Tensor) {
            self.change = change
        }

        var state: [StateEntry] { [] }

        func layerTable(height: Int, width: Int) -> LayerTable {
            MobileNetV1(specification, inputSize: height, initial: InitialWeights(seed: 0))
                .layerTable(height: height, width: width)
        }

        func callAsFunction(_ images: Tensor, training: Bool) -> Tensor {
            counts.append(images.shape[0])
            return change(counts.count, images.mean(2, 3))
        }
    }

    /// Grey pictures, each brighter than the one before.
    private struct Greys: ImageSource {
        let count: Int
        let location = URL(fileURLWithPath: "/greys")
        func name(of index: Int) -> String { "\(index)" }
        func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
            let image = RGBImage(
                width: 8, height: 8,
                pixels: .init(repeating: UInt8(60 + min(8, 190 / count) * index), count: 192))
            do {
                let bytes = try ImageEncoder.jpeg(image, quality: 95)
                buffer.fill(bytes.count) { $0.copyBytes(from: bytes) }
            } catch { throw .badImage(path: name(of: index), reason: "\(error)") }
        }
    }

    private func network(
        _ backbone: Means, isForeign: Bool = true, path: String = "net.pt"
    ) throws -> EmbeddingNetwork {
        EmbeddingNetwork(
            embedder: try Embedder(
                backbone: backbone,
                compute: ComputeConfiguration(
                    device: .cpu, precision: .float32, memoryFormat: .contiguous, threads: 1)),
            inputSize: 8, path: path, isForeign: isForeign)
    }

    private func reason(_ count: Int = 20, _ change: @escaping (Int, Tensor) -> Tensor) -> String? {
        do {
            try network(Means(change)).requireFixed(on: Greys(count: count))
            return nil
        } catch FaceEmbeddingError.notFixed(let path, let reason) {
            return path == "net.pt" ? reason : "another path"
        } catch {
            return "\(error)"
        }
    }

    @Test("A fixed one is tried with 16 images twice and with four alone, from two beginnings")
    func fixed() throws {
        var brightness: [Set<Float>] = []
        let backbone = Means { _, means in
            brightness.append(Set(means.array(of: Float.self)))
            return means
        }
        try network(backbone).requireFixed(on: Greys(count: 20))
        // Sixteen different ones of the 20.
        #expect(brightness[0].count == 16 && brightness[6].count == 16)
        #expect(backbone.counts == [16, 16, 1, 1, 1, 1, 16, 16, 1, 1, 1, 1])
        let one = Means { $1 }
        try network(one).requireFixed(on: Greys(count: 1))
        #expect(one.counts == [1, 1, 1, 1])
    }

    @Test("The second beginning is of other images, halfway between those of the first")
    func otherImages() throws {
        var firsts: [Float] = []
        let backbone = Means { _, means in
            firsts.append(means.array(of: Float.self)[0])
            return means
        }
        // Sixteen of 64 are every fourth; a picture is brighter by two than the one before.
        try network(backbone).requireFixed(on: Greys(count: 64))
        try #require(firsts.count == 12)
        #expect(firsts[0] == firsts[1] && firsts[6] == firsts[7])
        #expect(abs(firsts[6] - firsts[0] - 4 / 127.5) < 0.5 / 127.5)
    }

    @Test("What Facet saved, and an empty set, are not tried")
    func notTried() throws {
        let backbone = Means { call, means in means * Double(call) }
        try network(backbone, isForeign: false).requireFixed(on: Greys(count: 20))
        try network(backbone).requireFixed(on: Greys(count: 0))
        #expect(backbone.counts.isEmpty)
    }

    @Test("Two calls that differ by more than rounding are reported with how much")
    func chance() {
        // Half as much again in the second call: by a third of its embedding.
        let change = { (call: Int, means: Tensor) in call == 2 ? means * 1.5 : means }
        #expect(
            reason { change($0, $1) }
                == "two evaluations of the same images differ by 33.3 % of an embedding's length, as "
                + "with active dropout")
        #expect(
            reason { call, means in call == 2 ? means * 1.00005 : means }?
                .contains("differ by less than 0.1 % of") == true)
        #expect(
            reason { call, means in call == 2 ? means * .nan : means }?
                .contains("differ by more than 100 % of") == true)
        #expect(reason { call, means in call == 2 ? means * 1.000001 : means } == nil)
        // The images of the second beginning.
        #expect(reason { call, means in call == 8 ? means * 2 : means } != nil)
    }

    @Test("An image whose embedding depends on its batch is reported")
    func batch() {
        #expect(
            reason { _, means in means.shape[0] == 1 ? means * 1.25 : means }
                == "the embedding of an image on its own differs by 25.0 % of its length from that "
                + "of the same image in a batch, as with batch statistics")
        #expect(reason { _, means in means.shape[0] == 1 ? means * 1.04 : means } == nil)
        #expect(reason { _, means in means.shape[0] == 1 ? means * 1.06 : means } != nil)
        // The fourth alone only.
        #expect(reason { call, means in call == 6 ? means * 2 : means } != nil)
    }

    @Test("The file beside a network has its identity and thresholds, by sorted keys")
    func thresholds() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("net.pt")
        try Data("weights".utf8).write(to: file)
        let network = try network(Means { $1 }, path: file.path)
        let scores = try TemplateScores(
            genuine: [0.9], impostor: (0..<2000).map { Double($0) / 4000 })
        let written = try ScoreCalibration(of: scores, set: "a/b", views: 2)
        #expect(try network.thresholds.read() == nil)
        try network.thresholds.write(written)
        #expect(network.thresholds.url.lastPathComponent == "net.pt.thresholds.json")
        let text = try String(contentsOf: network.thresholds.url, encoding: .utf8)
        #expect(
            text.hasPrefix("{\"model\":\"\(try network.identity())\",\"thresholds\":{\"above\":["))
        #expect(text.contains("\"set\":\"a/b\"") && text.hasSuffix("}}\n"))
        #expect(try network.thresholds.read()?.set == "a/b")
    }

    @Test("Images together are one batch, however small batches are")
    func together() throws {
        let backbone = Means { $1 }
        var network = try network(backbone)
        network.embedder = try Embedder(
            backbone: backbone,
            compute: ComputeConfiguration(
                device: .cpu, precision: .float32, memoryFormat: .contiguous, threads: 1),
            batchSize: 2)
        #expect(try network.embedder.together(Greys(count: 5), size: 8).count == 5)
        #expect(backbone.counts == [5])
        var done: [Int] = []
        _ = try network.embeddings(of: Greys(count: 5)) { done.append($0) }
        #expect(done == [2, 4, 5] && backbone.counts == [5, 2, 2, 2, 2, 1, 1])
    }
}
