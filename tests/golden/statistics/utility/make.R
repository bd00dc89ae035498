# Net benefit from R's own cross-tables; also with repeated rows.  (R's dcurves itself: see
# ../published.json.)  Run in this folder: Rscript make.R
library(jsonlite)

set.seed(20240604)
n <- 60
y <- rbinom(n, 1, 0.4)
input <- data.frame(
  y = y,
  p = round(plogis(rnorm(n, y - 0.6)), 2), # some are exactly at a threshold
  weight = rpois(n, 1)
)
write.csv(input, "input.csv", row.names = FALSE)

thresholds <- c(0, 0.05, 0.1, 0.25, 0.4, 0.5, 0.62, 0.8, 0.99)
net <- function(y, positive, t) {
  cells <- table(factor(y, 0:1), factor(positive, c(FALSE, TRUE))) / length(y)
  cells["1", "TRUE"] - cells["0", "TRUE"] * t / (1 - t)
}
curves <- function(y, p) {
  list(
    net_benefit = vapply(thresholds, function(t) net(y, p >= t, t), 0),
    treat_all = vapply(thresholds, function(t) net(y, rep(TRUE, length(y)), t), 0)
  )
}
repeated <- input[rep(seq_len(n), input$weight), ]
expected <- list(
  thresholds = thresholds,
  once = curves(input$y, input$p),
  repeated = curves(repeated$y, repeated$p)
)
write_json(expected, "expected.json", auto_unbox = TRUE, digits = I(17), pretty = TRUE)
writeLines(R.version.string, "session.txt")
