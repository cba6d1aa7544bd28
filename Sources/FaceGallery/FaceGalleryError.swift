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
            "another process is writing the gallery '\(path)'; try again when it has ended"
        case .damaged(let path, let reason):
            "the gallery '\(path)' is damaged: \(reason); restore a copy of it"
        case .enrolledAs(let image, let person, let other):
            "'\(image)' is enrolled as '\(other)' already and cannot be '\(person)' too; remove '\(other)' "
                + "first, or leave the picture out"
        case .exists(let path):
            "'\(path)' is there already; remove it, or choose another name for the gallery"
        case .newer(let path, let schema, let known):
            "the gallery '\(path)' was written by a newer version of Facet (schema \(schema), and this one "
                + "reads up to \(known)); update Facet"
        case .noSpace(let path):
            "the disk is full: nothing was changed in the gallery '\(path)'; free some space and run the same "
                + "command again"
        case .notAGallery(let path, let reason):
            "'\(path)' is not a gallery: \(reason); create one with facet gallery create"
        case .notForgotten(let path, let person, let reason):
            "'\(person)' was removed from the gallery '\(path)', but the deleted embeddings could not be "
                + "erased from the file: \(reason); run the same command again"
        case .otherModel(let path, let model, let given):
            "the gallery '\(path)' is of another model than '\(given)' (\(model)), and embeddings of two models "
                + "cannot be compared; give that model with --model, or create a new gallery"
        case .unknownPerson(let path, let name, let hint):
            "nobody in the gallery '\(path)' is called '\(name)'\(hint)"
        case .unusable(let path, let reason):
            "the gallery '\(path)' cannot be used: \(reason)"
        }
    }
}
