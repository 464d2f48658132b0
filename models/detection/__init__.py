"""The person detector and the tracker."""
