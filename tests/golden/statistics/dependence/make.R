# Clusters of covariates by Hmisc::varclus, redundancy by Hmisc::redun.
# Run in this folder: Rscript make.R
library(jsonlite)
suppressPackageStartupMessages(library(Hmisc))

set.seed(19990317)
n <- 80
a <- rnorm(n); b <- rnorm(n); c <- rnorm(n)
d <- data.frame(
  anxiety = round(a + rnorm(n, 0, 0.4), 2), depression = round(a + rnorm(n, 0, 0.5), 2),
  distress = round(a + b + rnorm(n, 0, 0.05), 2), pain = round(b + rnorm(n, 0, 0.3), 1),
  duration = round(exp(c), 2), age = round(50 + 10 * c + rnorm(n, 0, 8)),
  sex = factor(sample(c("f", "m"), n, TRUE)),
  type = factor(ifelse(b > 0.6, "x", ifelse(a > 0.3, "y", "z")))
)
d$total <- round(d$anxiety + d$depression + rnorm(n, 0, 0.1), 2)
columns <- model.matrix(~ ., d)[, -1]
gaps <- columns
gaps[cbind(sample(n, 60, TRUE), sample(ncol(columns), 60, TRUE))] <- NA
write.csv(columns, "input.csv", row.names = FALSE, quote = FALSE)
write.csv(gaps, "gaps.csv", row.names = FALSE, quote = FALSE, na = "")

clusters <- function(x) {
  found <- varclus(x)
  list(similarity = unname(found$sim), merge = found$hclust$merge, height = found$hclust$height)
}
redundancy <- function(type, r2) {
  found <- redun(~ anxiety + depression + distress + pain + duration + age + sex + type + total,
                 data = d, nk = 0, type = type, r2 = r2)
  list(type = type, r2 = r2, names = I(names(found$rsq1)), rsq1 = unname(found$rsq1),
       out = I(found$Out), rsquared = I(unname(found$rsquared)))
}
expected <- list(
  complete = clusters(columns), gaps = clusters(gaps),
  redundancy = list(redundancy("ordinary", 0.9), redundancy("adjusted", 0.9),
                    redundancy("adjusted", 0.6), redundancy("adjusted", 0.3))
)
write_json(expected, "expected.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
writeLines(c(R.version.string, paste("Hmisc", packageVersion("Hmisc")),
             paste("jsonlite", packageVersion("jsonlite"))), "session.txt")
