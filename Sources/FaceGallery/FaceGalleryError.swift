import Spelling

/// Errors of a gallery.
public enum FaceGalleryError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Another process locked it for too long.
    case busy(path: String)
    /// The file is damaged.
    case damaged(path: String, reason: String)
    /// A picture is already enrolled for another person.
    case enrolledAs(image: String, person: String, other: String)
    /// A file exists at the path of a new gallery.
    case exists(path: String)
    /// A newer version of Facet wrote it.
    case newer(path: String, schema: Int, known: Int)
    /// The disk is full.
    case noSpace(path: String)
    /// The file is not a gallery.
    case notAGallery(path: String, reason: String)
    /// A person was removed, but traces of the embeddings may be left in the file.
    case notForgotten(path: String, person: String, reason: String)
    /// Its embeddings are those of another model.
    case otherModel(path: String, model: String, given: String)
    /// It has no person of this name.
    case unknownPerson(path: String, name: String, hint: String)
    /// SQLite reported an error.
    case unusable(path: String, reason: String)

    /// One sentence that says what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .busy(let path):
            "another process is writing the gallery \(quoted: path); try again when it has ended"
        case .damaged(let path, let reason):
            "the gallery \(quoted: path) is damaged: \(reason); restore a copy of it"
        case .enrolledAs(let image, let person, let other):
            "\(quoted: image) is enrolled as \(quoted: other) already and cannot be "
                + "\(quoted: person) too; remove \(quoted: other) "
                + "first, or leave the picture out"
        case .exists(let path):
            "\(quoted: path) is there already; remove it, or choose another name for the gallery"
        case .newer(let path, let schema, let known):
            "the gallery \(quoted: path) was written by a newer version of Facet (schema "
                + "\(schema), and this one "
                + "reads up to \(known)); update Facet"
        case .noSpace(let path):
            "the disk is full: nothing was changed in the gallery \(quoted: path); free some "
                + "space and run the same "
                + "command again"
        case .notAGallery(let path, let reason):
            "\(quoted: path) is not a gallery: \(reason); create one with facet gallery create"
        case .notForgotten(let path, let person, let reason):
            "\(quoted: person) was removed from the gallery \(quoted: path), but the deleted "
                + "embeddings could not be "
                + "erased from the file: \(reason); run the same command again"
        case .otherModel(let path, let model, let given):
            "the gallery \(quoted: path) is of another model than \(quoted: given) (\(model)), "
                + "and embeddings of two models "
                + "cannot be compared; give that model with --model, or create a new gallery"
        case .unknownPerson(let path, let name, let hint):
            "nobody in the gallery \(quoted: path) is called \(quoted: name)\(hint)"
        case .unusable(let path, let reason):
            "the gallery \(quoted: path) cannot be used: \(reason)"
        }
    }
}
