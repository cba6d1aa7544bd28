/// How many values an option or argument takes.
public enum ArgumentArity: Sendable, Hashable {
    /// One.
    case one
    /// One or none.
    case optional
    /// Any number.
    case many
}

/// A type a property of a command can have: a value, an optional value or an array of values.
public protocol ArgumentShape: Sendable {
    /// What one text of the command line becomes.
    associatedtype Item: ArgumentValue
    /// How many texts there may be.
    static var arity: ArgumentArity { get }
    /// Gathers the items given; nil if there are too few.
    init?(items: [Item])
    /// The items the value is made of.
    var items: [Item] { get }
}

extension Optional: ArgumentShape where Wrapped: ArgumentValue {
    /// One item or none.
    public static var arity: ArgumentArity { .optional }
    /// The last item, or nil if there is none.
    public init(items: [Wrapped]) { self = items.last }
    /// The item, if there is one.
    public var items: [Wrapped] { map { [$0] } ?? [] }
}

extension Array: ArgumentShape where Element: ArgumentValue {
    /// Any number of items.
    public static var arity: ArgumentArity { .many }
    /// The items as they are.
    public init(items: [Element]) { self = items }
    /// The items as they are.
    public var items: [Element] { self }
}
