import FaceModels
import Foundation
import Testing
import Torch

@testable import ModelFormats

/// `Fixtures/small.dat`, which dlib wrote (make_dlib.cpp).
@Suite("dlib's networks")
struct DlibTests {
    private func bytes() throws -> [UInt8] {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/small", withExtension: "dat"))
        return [UInt8](try Data(contentsOf: url))
    }

    @Test("Layers come in the order of their computation with the values that dlib gave them")
    func layers() throws {
        let network = try DlibNetwork(try bytes(), path: "small.dat")
        #expect(network.inputSize == 32)
        // dlib's own constants.
        #expect(network.meanColor == [122.782, 117.001, 104.298].map { Double(Float($0)) })
        #expect(
            network.layers.map(\.name) == [
                "a convolution", "an affine layer", "a rectifier", "a max pool",
                "a convolution", "an affine layer", "a rectifier", "a convolution",
                "an affine layer", "an average pool", "a sum", "a rectifier",
                "an average pool", "a linear map",
            ])
        #expect(network.layers[3] == .maxPool(window: 3, stride: 2))
        #expect(network.layers[9] == .averagePool(window: 2, stride: 2))
        #expect(network.layers[12] == .averagePool(window: 0, stride: 1))
        func values(_ layer: Int, _ range: Range<Int>) -> [Float] {
            range.map { Float(layer) + Float($0) / 64 }
        }
        let convolutions = network.layers.compactMap { layer -> DlibNetwork.Convolution? in
            if case .convolution(let convolution) = layer { convolution } else { nil }
        }
        #expect(convolutions.map(\.shape) == [[2, 3, 3, 3], [2, 2, 3, 3], [2, 2, 3, 3]])
        #expect(convolutions.map(\.stride) == [2, 2, 1])
        #expect(convolutions.map(\.padding) == [0, 0, 1])
        #expect(
            convolutions.map(\.filters) == [
                values(0, 0..<54), values(1, 0..<36), values(2, 0..<36),
            ])
        #expect(
            convolutions.map(\.biases) == [
                values(0, 54..<56), values(1, 36..<38), values(2, 36..<38),
            ])
        // Before a network is converted from one with batch normalisation, an affine layer has a number
        // for each value of the map and does nothing.
        let count = 2 * 15 * 15
        #expect(
            network.layers[1]
                == .affine(
                    scale: [Float](repeating: 1, count: count),
                    shift: [Float](repeating: 0, count: count)))
        #expect(network.layers[13] == .linear(inputs: 2, outputs: 3, weights: values(3, 0..<6)))
    }

    @Test("A network that is not the face network is distinguished from it")
    func otherNetwork() throws {
        let bytes = try bytes()
        #expect {
            try DlibFaceNetwork(bytes, path: "small.dat")
        } throws: { error in
            "\(error)"
                == "'small.dat' is a network of dlib's, but not dlib's X is a convolution; give dlib_face_recognition_resnet_model_v1.dat"
                || "\(error)".contains("not dlib's face recognition network")
        }
    }

    @Test("Every file that is cut short or has a wrong byte ends in a network or a sentence")
    func damaged() throws {
        let bytes = try bytes()
        for count in 0..<bytes.count {
            #expect(throws: ModelFormatsError.self) {
                try DlibNetwork(Array(bytes[..<count]), path: "cut.dat")
            }
        }
        for index in bytes.indices {
            for flip: UInt8 in [0x01, 0x80, 0xFF] {
                var wrong = bytes
                wrong[index] ^= flip
                do throws(ModelFormatsError) {
                    _ = try DlibNetwork(wrong, path: "wrong.dat")
                } catch {
                    #expect("\(error)".hasPrefix("'wrong.dat' is not a whole network of dlib's"))
                }
            }
        }
        #expect {
            try DlibNetwork(Array(bytes.prefix(40)), path: "cut.dat")
        } throws: { error in
            "\(error)".hasSuffix("download dlib_face_recognition_resnet_model_v1.dat again")
        }
        #expect(throws: ModelFormatsError.self) {
            try DlibNetwork(bytes + [0], path: "long.dat")
        }
    }

    // MARK: The real file

    /// dlib's own file, of PyPI's `face-recognition-models`; nothing is downloaded.
    private static let real = ProcessInfo.processInfo.environment["FACET_DLIB"]

    private struct Expected: Decodable {
        let embeddings: [[Float]]
    }

    @Test(
        "Embeddings of formula images are dlib's",
        .enabled(
            if: real != nil,
            "set FACET_DLIB to dlib_face_recognition_resnet_model_v1.dat to run this"))
    func realFile() throws {
        let network = try DlibFaceNetwork(URL(fileURLWithPath: Self.real ?? ""))
        #expect(network.inputSize == 150)
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/dlib", withExtension: "json"))
        let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url))
        let (pixels, blocks) = (Self.bytes("dlib0", 150 * 150 * 3), Self.bytes("dlib1", 675))
        let squares = (0..<150 * 150 * 3).map { index -> UInt8 in
            let (row, column, channel) = (index / 450, index / 3 % 150, index % 3)
            return blocks[(row / 10 * 15 + column / 10) * 3 + channel]
        }
        for (image, row) in zip([pixels, squares], expected.embeddings) {
            let images = network.normalization.images(
                pixels: image, count: 1, height: 150, width: 150, format: .contiguous,
                device: .cpu)
            let found = withoutGradients { network.backbone(images, training: false) }
                .array(of: Float.self)
            #expect(found.count == row.count)
            let worst = zip(found, row).map { abs($0 - $1) }.max() ?? .infinity
            #expect(worst < 1e-5, "\(worst)")
        }
    }

    /// The numbers of `make_dlib.py`.
    private static func bytes(_ name: String, _ count: Int) -> [UInt8] {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return (1...count).map { index in
            var mixed = hash &+ UInt64(index) &* 0x9e37_79b9_7f4a_7c15
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return UInt8((mixed ^ (mixed >> 31)) >> 56)
        }
    }
}
