import Foundation

/// Words any error for the user of a program.
enum ErrorSentence {
    /// The error's own description; for Foundation's errors the part meant for people.
    static func text(of error: any Error) -> String {
        switch error {
        case let error as DecodingError: text(of: error)
        case let error as CocoaError: text(of: error)
        case let error as any LocalizedError: error.errorDescription ?? "\(error)"
        case let error as any CustomStringConvertible: error.description
        default: "\(error)"
        }
    }

    private static func text(of error: CocoaError) -> String {
        let description = error.localizedDescription
        guard let path = error.filePath, !description.contains(path) else { return description }
        return "\(description) (\(path))"
    }

    private static func text(of error: DecodingError) -> String {
        let context =
            switch error {
            case .typeMismatch(_, let context), .valueNotFound(_, let context): context
            case .keyNotFound(_, let context), .dataCorrupted(let context): context
            @unknown default: DecodingError.Context(codingPath: [], debugDescription: "\(error)")
            }
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    }
}
