public import FaceData
public import Foundation
import Spelling

/// An aligned crop of a face.
public struct CroppedFace: Sendable, Hashable {
    /// The crop.
    public var image: RGBImage
    /// Pose and size of the face in the photograph; nil for a file that was already a crop.
    public var view: FaceView?

    /// Memberwise initialiser.
    public init(_ image: RGBImage, view: FaceView? = nil) {
        (self.image, self.view) = (image, view)
    }
}

/// Turns an image file into the aligned crop of one face, the input of networks.
public struct FaceCropping: Sendable {
    /// Makes the aligned crop of a file.
    public typealias Crop = @Sendable (URL) throws(FaceDataError) -> RGBImage

    private let cropped: @Sendable (URL) throws(FaceDataError) -> CroppedFace

    /// For files that are aligned crops already, e.g. written by `facet data align`.
    public static let aligned = FaceCropping { (url) throws(FaceDataError) in
        try ImageDecoder().decode(url)
    }

    /// For photographs, in which one face is detected, chosen and aligned.
    ///
    /// ```swift
    /// let aligner = FaceAligner(FaceSearch(try MTCNN()), embedder.template)
    /// let anna = try embedder.cropping(by: .detecting(aligner)).embedding(of: photograph)
    /// ```
    ///
    /// - Parameter warn: Receives a sentence for each file with several faces.
    public static func detecting(
        _ aligner: FaceAligner, warn: @escaping @Sendable (String) -> Void = { _ in }
    ) -> FaceCropping {
        FaceCropping(cropped: { (url) throws(FaceDataError) in
            do {
                let face = try aligner.face(of: url)
                if face.count > 1 {
                    let rule = aligner.search.choice.rawValue
                    warn(
                        "\(quoted: url.path) has \(face.count) faces; one was chosen by the rule "
                            + "\(quoted: rule)"
                    )
                }
                return CroppedFace(face.image, view: face.detected.view)
            } catch let error as FaceDataError {
                throw error
            } catch {
                throw .unreadable(path: url.path, reason: "the face detector failed: \(error)")
            }
        })
    }

    /// Creates a cropping from a closure.
    ///
    /// - Parameter crop: Throws `FaceDataError.noFace` for a picture without a face.
    public init(_ crop: @escaping Crop) {
        self.init(cropped: { (url) throws(FaceDataError) in CroppedFace(try crop(url)) })
    }

    private init(cropped: @escaping @Sendable (URL) throws(FaceDataError) -> CroppedFace) {
        self.cropped = cropped
    }

    /// The aligned crop of a file.
    public func callAsFunction(_ url: URL) throws(FaceDataError) -> RGBImage {
        try cropped(url).image
    }

    /// The aligned crop of a file, with the face's pose and size there.
    public func face(of url: URL) throws(FaceDataError) -> CroppedFace { try cropped(url) }
}

/// Pictures in memory, as a source of images for ``Embedder``.
struct PictureSource: ImageSource {
    private let pictures: [RGBImage]
    private let names: [String]

    /// - Parameter names: Each picture's name for messages; as many as there are pictures.
    init(_ pictures: [RGBImage], names: [String]) {
        precondition(pictures.count == names.count, "as many names as pictures")
        (self.pictures, self.names) = (pictures, names)
    }

    var location: URL { URL(fileURLWithPath: "/") }
    var count: Int { pictures.count }

    func name(of index: Int) -> String { names[index] }

    func path(of index: Int) -> String { names[index] }

    /// As a portable pixmap, which stores the pixels losslessly.
    func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        buffer.fill(with: pictures[index])
    }
}

/// Files whose faces are cropped when they are read.
struct CroppedFiles: ImageSource {
    private let files: [URL]
    private let cropping: FaceCropping

    init(_ files: [URL], _ cropping: FaceCropping) {
        (self.files, self.cropping) = (files, cropping)
    }

    var location: URL { files.first?.deletingLastPathComponent() ?? URL(fileURLWithPath: "/") }
    var count: Int { files.count }

    func name(of index: Int) -> String { files[index].path }

    func path(of index: Int) -> String { files[index].path }

    func stamp(of index: Int) -> FileStamp { FileStamp(files[index]) }

    func read(_ index: Int, into buffer: ReadBuffer) throws(FaceDataError) {
        let path = files[index].path
        try PictureSource([try cropping(files[index])], names: [path]).read(0, into: buffer)
    }
}
