// The vocabulary of parameters is part of this module's interface: a file that defines a loss imports this
// module only.
@_exported public import FaceConfiguration

/// A value of a loss's parameter.
public typealias LossValue = ParameterValue

/// A parameter of a loss: its name, its meaning and the values it may have.
public typealias LossParameter = Parameter

/// A parameter together with the Swift type of its values, as a loss declares it.
///
/// A loss reads it by ``LossSetup/subscript(_:)``.
public typealias LossParameterKey = ParameterKey
