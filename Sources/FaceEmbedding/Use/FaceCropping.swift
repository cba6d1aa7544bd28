public import FaceData
public import Foundation

/// An aligned crop of a face.
public struct CroppedFace: Sendable, Hashable {
    /// The crop.
    public var image: RGBImage
    /// How the face is seen in the photograph that it was found in; nil for a crop that was given.
    public var view: FaceView?

    /// Takes a crop.
    public init(_ image: RGBImage, view: FaceView? = nil) {
        (self.image, self.view) = (image, view)
    }
}

/// How a picture's file becomes the aligned crop of one face, which networks take.
public struct FaceCropping: Sendable {
    /// Makes the aligned crop of a file.
    public typealias Crop = @Sendable (URL) throws(FaceDataError) -> RGBImage

    private let cropped: @Sendable (URL) throws(FaceDataError) -> CroppedFace

    /// Files are aligned crops already, e.g. written by `facet data align`.
    public static let aligned = FaceCropping { (url) throws(FaceDataError) in
        try ImageDecoder().decode(url)
    }

    /// Files are photographs, in which the face that counts is found and aligned.
    ///
    /// ```swift
    /// let aligner = FaceAligner(FaceSearch(try MTCNN()), embedder.template)
    /// let anna = try embedder.cropping(by: .detecting(aligner)).embedding(of: photograph)
    /// ```
    ///
    /// - Parameter told: Called with a sentence for each file with several faces.
    public static func detecting(
        _ aligner: FaceAligner, told: @escaping @Sendable (String) -> Void = { _ in }
    ) -> FaceCropping {
        FaceCropping(cropped: { (url) throws(FaceDataError) in
            do {
                let face = try aligner.face(of: url)
                if face.count > 1 {
                    let rule = aligner.search.choice.rawValue
                    told(
                        "'\(url.path)' has \(face.count) faces, of which the rule '\(rule)' chose one"
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

    /// Crops by a rule of one's own.
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

    /// The aligned crop of a file, and how its face is seen there.
    public func face(of url: URL) throws(FaceDataError) -> CroppedFace { try cropped(url) }
}

/// Pictures in memory, as a source of images for ``Embedder``.
struct PictureSource: ImageSource {
    private let pictures: [RGBImage]
    private let names: [String]

    /// - Parameter names: What messages call each picture; as many as there are.
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
